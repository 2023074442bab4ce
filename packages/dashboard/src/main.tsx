import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './style/base.css'
import './style/layout.css'
import './style/headline.css'
import './style/charts.css'
import './style/tables.css'
import './style/dialogs.css'
import './style/venue.css'
import './style/acting.css'
import './style/narrow.css'
import 'uplot/dist/uPlot.min.css'
import { createStore } from './state/store.js'
import { VenuePage } from './venue/VenuePage.js'
import { App } from './view/App.js'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>{location.pathname === '/venue' ? <VenuePage /> : <App store={createStore()} />}</StrictMode>,
)
