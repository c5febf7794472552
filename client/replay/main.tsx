import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from './host.ts';
import './replay.css';

const root = document.getElementById('replay') ?? document.body.appendChild(document.createElement('div'));
root.id = 'replay';
render(<App host={connect()} />, root);
