import '../common/theme.css';
import { readData } from '../common/data.js';

document.getElementById('title').textContent = readData().title;
