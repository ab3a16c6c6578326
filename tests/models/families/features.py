"""torchaudio's transforms and functions: spectra, filters, beamforming, Kaldi's features."""

import linecache

import torch
import torchaudio
from torch import nn
from torchaudio import transforms
from torchaudio.compliance import kaldi

from .audio import wave
from .registry import named, sample


def feature(make, *shapes, name=None, quick=False, arguments={}, settings={}):
    """One transform on waves of these shapes."""
    def build():
        return make(**arguments), {f"case{i}" if i else "first": (wave(*shape),) for i, shape in enumerate(shapes)}
    sample("features", quick=quick, **settings)(named(name or make.__name__.lower(), build))


feature(transforms.Spectrogram, (2, 1000), (700,), arguments=dict(n_fft=64), quick=True)
feature(transforms.Spectrogram, (2, 1000), name="spectrogram_complex", quick=True,
        arguments=dict(n_fft=60, win_length=50, hop_length=20, pad=3, power=None, normalized=True))
feature(transforms.Spectrogram, (2, 1000), arguments=dict(n_fft=100, power=1.0, center=False, onesided=False),
        name="spectrogram_plain")
feature(transforms.MelSpectrogram, (2, 3000), (1, 2000), arguments=dict(n_fft=400, n_mels=40), quick=True)
feature(transforms.MelSpectrogram, (2, 3000), arguments=dict(n_fft=400, n_mels=40, norm="slaney", mel_scale="slaney"),
        name="mel_slaney")
feature(transforms.MFCC, (2, 3000), arguments=dict(n_mfcc=13, melkwargs=dict(n_fft=400, n_mels=40)), quick=True)
feature(transforms.LFCC, (2, 3000), arguments=dict(n_lfcc=13, speckwargs=dict(n_fft=400)))
feature(transforms.Resample, (2, 3000), (1, 500), arguments=dict(orig_freq=16000, new_freq=11025), quick=True)
feature(transforms.Resample, (2, 3000), arguments=dict(orig_freq=8000, new_freq=16000, resampling_method="kaiser_window"),
        name="resample_kaiser")
feature(transforms.AmplitudeToDB, (2, 300), arguments=dict(top_db=80.0))
feature(transforms.ComputeDeltas, (2, 20, 30))
feature(transforms.MuLawEncoding, (2, 300))
feature(transforms.SpectralCentroid, (2, 3000), arguments=dict(sample_rate=16000))
feature(transforms.Fade, (2, 3000), arguments=dict(fade_in_len=100, fade_out_len=200, fade_shape="logarithmic"))
feature(transforms.Vol, (2, 300), arguments=dict(gain=6.0, gain_type="db"))
feature(transforms.SlidingWindowCmn, (2, 30, 10), arguments=dict(cmn_window=9, center=True))
feature(transforms.GriffinLim, (33, 20), arguments=dict(n_fft=64, n_iter=4, rand_init=False), settings=dict(rtol=1e-2, atol=1e-4))
feature(transforms.Loudness, (2, 8000), arguments=dict(sample_rate=16000), settings=dict(rtol=1e-3))


class RoundTrip(nn.Module):
    """Spectrum and back, and stretched in time."""

    def __init__(self):
        super().__init__()
        self.forth = transforms.Spectrogram(n_fft=128, power=None)
        self.back = transforms.InverseSpectrogram(n_fft=128)
        self.stretch = transforms.TimeStretch(hop_length=64, n_freq=65, fixed_rate=1.2)

    def forward(self, x):
        spectrum = self.forth(x)
        return self.back(spectrum, x.size(-1)), self.back(self.stretch(spectrum), None)


@sample("features", quick=True)
def inverse_spectrogram():
    return RoundTrip(), {"first": (wave(2, 1500),)}


def function(name, text, *shapes, kinds="scripted traced?", **settings):
    """An expression of x, and of f for torchaudio.functional, on waves of these shapes, as a module of its own."""
    def build():
        source = f"def forward(self, x):\n    return {text}\n"
        return from_source(source, name), {f"case{i}" if i else "first": (wave(*shape),) for i, shape in enumerate(shapes)}
    sample("features", kinds, **settings)(named(f"audio_{name}", build))


def from_source(source, name):
    """A module with this forward. torch.jit.script asks for the source of what it compiles, so the text is made known as a file."""
    file = f"<audio_{name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = {"f": torchaudio.functional, "kaldi": kaldi, "torch": torch}
    exec(compile(source, file, "exec"), scope)
    return type("Expression", (nn.Module,), {"forward": scope["forward"], "__module__": __name__})()


BIQUADS = ("f.lowpass_biquad(x, 16000, 2000.0), f.highpass_biquad(x, 16000, 500.0), f.allpass_biquad(x, 16000, 900.0)",
           "f.band_biquad(x, 16000, 700.0, 0.7, True), f.bandpass_biquad(x, 16000, 800.0, 0.7, True), f.bandreject_biquad(x, 16000, 600.0)",
           "f.bass_biquad(x, 16000, 3.0), f.treble_biquad(x, 16000, 5.0), f.equalizer_biquad(x, 16000, 1000.0, 3.0)",
           "f.deemph_biquad(x, 44100), f.riaa_biquad(x, 44100), f.biquad(x, 0.2, 0.3, 0.1, 1.0, -0.4, 0.2)")
for _number, _text in enumerate(BIQUADS):
    function(f"biquads_{_number}", _text, (2, 200), (90,))
function("lfilter", "f.lfilter(x, torch.tensor([1.0, -0.5, 0.1]), torch.tensor([0.3, 0.2, 0.1])), "
         "f.filtfilt(x, torch.tensor([1.0, -0.5]), torch.tensor([0.3, 0.2]))", (2, 200))
function("effects", "f.contrast(x), f.overdrive(x), f.dcshift(x, 0.1, 0.05), f.gain(x, 3.0), f.phaser(x, 16000)", (2, 100))
function("flanger", "f.flanger(x, 16000), f.flanger(x, 16000, 2.0, 3.0, 10.0, 60.0, 1.0, 30.0, 'triangular', 'quadratic')", (1, 1, 60))
function("amplitudes", "f.DB_to_amplitude(x, 1.5, 0.5), f.amplitude_to_DB(x * x, 10.0, 1e-10, 0.0, 60.0)", (2, 300))
function("mu_law", "f.mu_law_decoding(f.mu_law_encoding(x, 256), 256)", (2, 300))
function("pitch", "f.detect_pitch_frequency(x, 16000)", (1, 8000))
function("pitch_shift", "f.pitch_shift(x, 160, 3), f.pitch_shift(x, 100, -5, 12, 256)", (2, 2000), rtol=1e-3, atol=1e-4)
function("stretch", "f.phase_vocoder(torch.stft(x, 128, window=torch.hann_window(128), return_complex=True), 1.3, "
         "torch.linspace(0.0, 3.14 * 32.0, 65).unsqueeze(1))", (2, 3000), atol=2e-3)  # angles add up: PyTorch is 6e-4 off float64
function("banks", "f.melscale_fbanks(65, 0.0, 8000.0, 20, 16000, 'slaney', 'slaney') * x, f.linear_fbanks(65, 0.0, 8000.0, 20, 16000) * x, "
         "f.create_dct(20, 20, 'ortho') + x", (1, 20))
function("resample", "f.resample(x, 44100, 16000), f.resample(x, 16000, 24000, 12, 0.95, 'kaiser_window', 9.0)", (2, 2000))
# torch.jit.script takes none of these.
function("kaldi_spectrogram", "kaldi.spectrogram(x), kaldi.spectrogram(x, window_type='hamming', subtract_mean=True, snip_edges=False)",
         (1, 4000), kinds="traced")
function("kaldi_fbank", "kaldi.fbank(x, num_mel_bins=40), kaldi.fbank(x, use_energy=True, htk_compat=True)", (1, 4000), kinds="traced")
function("kaldi_mfcc", "kaldi.mfcc(x), kaldi.mfcc(x, use_energy=True, num_ceps=10, num_mel_bins=30)", (1, 4000), kinds="traced")
# Random: what is asked is all that chance leaves certain.
function("masks_at_random", "[bool(((y == x) | (y == 7.0)).all()) for y in [f.mask_along_axis_iid(x, 4, 7.0, 2), "
         "f.mask_along_axis_iid(x, 4, 7.0, 3, 0.5)]]", (2, 2, 16, 12))
function("dither_at_random", "[bool(((f.dither(x, d) - x).abs() < 0.001).all()) for d in ['TPDF', 'RPDF', 'GPDF']]", (2, 200))

feature(transforms.MelScale, (2, 201, 20), arguments=dict(n_mels=30, n_stft=201))
feature(transforms.Resample, (2, 800), arguments=dict(orig_freq=48000, new_freq=16000, lowpass_filter_width=16), name="resample_down")
feature(transforms.AmplitudeToDB, (2, 300), arguments=dict(stype="magnitude"), name="magnitude_to_db")
feature(transforms.SlidingWindowCmn, (2, 30, 10), arguments=dict(cmn_window=9, min_cmn_window=3, norm_vars=True), name="cmn_of_variances")
feature(transforms.Vad, (2, 8000), arguments=dict(sample_rate=16000))
for _shape in "linear", "exponential", "quarter_sine", "half_sine":
    feature(transforms.Fade, (2, 300), arguments=dict(fade_in_len=40, fade_out_len=60, fade_shape=_shape), name=f"fade_{_shape}")
for _make, _axis in ((transforms.FrequencyMasking, 1), (transforms.TimeMasking, 2)):
    feature(_make, (2, 20, 30), arguments={("freq_mask_param", "time_mask_param")[_axis - 1]: 1})  # a mask less than 1 wide is none


@sample("features")
def mu_law_decoding():
    return transforms.MuLawDecoding(), {"first": (torch.randint(256, (2, 300)),)}


@sample("features", "scripted traced?", rtol=1e-3, atol=1e-4)
def pitchshift():
    shift = transforms.PitchShift(120, 4)
    shift(wave(2, 4000))  # its kernel takes shape with the first call
    return shift, {"first": (wave(2, 4000),)}


@sample("features", "scripted? traced?")
def inverse_mel_scale():
    return transforms.InverseMelScale(33, 10), {"first": (wave(2, 10, 5).abs(),)}


def spectra(channels):
    return torch.randn(2, channels, 17, 20, dtype=torch.complex64), torch.rand(2, 17, 20), torch.rand(2, 17, 20)


class Beams(nn.Module):
    """Beamforming from masks: densities, then the weights in each of torchaudio's ways."""

    def __init__(self):
        super().__init__()
        self.density, self.souden, self.steered = transforms.PSD(), transforms.SoudenMVDR(), transforms.RTFMVDR()

    def forward(self, x, speech, noise):
        of_speech, of_noise = self.density(x, speech), self.density(x, noise)
        f = torchaudio.functional
        weights = f.mvdr_weights_souden(of_speech, of_noise, 1)
        powers = f.rtf_power(of_speech, of_noise, 0)
        return self.souden(x, of_speech, of_noise, 0), self.steered(x, powers, of_noise, 0), f.apply_beamforming(weights, x)


@sample("features", "scripted traced?", rtol=1e-3, atol=1e-4)
def beamforming():
    return Beams(), {"first": spectra(3)}


for _solution in "ref_channel", "stv_power", "stv_evd":
    for _online in (False, True):
        def _mvdr(solution=_solution, online=_online):
            return transforms.MVDR(solution=solution, online=online), {"first": spectra(3)}
        sample("features", "scripted traced?", rtol=1e-3, atol=1e-4)(named(f"mvdr_{_solution}{'_online' * _online}", _mvdr))
