"""Small modules, each exercising a part of TorchScript's language. write.py one folder up makes archives of them."""
