import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './style/base.css'
import './style/layout.css'
import './style/parts.css'
import 'uplot/dist/uPlot.min.css'
import { createStore } from './state/store.js'
import { App } from './view/App.js'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App store={createStore()} />
  </StrictMode>,
)
