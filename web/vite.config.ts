import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { apiOrigin, buildForProduction } from './config.ts'

/** In development the API answers on the same origin as in production: pages never know where it is. */
const toApi = { target: apiOrigin, changeOrigin: false }

export default defineConfig(({ command }) => {
  if (command === 'build') buildForProduction()
  return {
    plugins: [react()],
    server: { host: '127.0.0.1', proxy: { '/api': toApi, '/auth': toApi } },
    build: {
      target: 'es2023',
      /** Fonts and pictures stay files: inlined ones need a looser content security policy. */
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [{ name: 'vendor', test: /node_modules\/(react|react-dom|scheduler|@tanstack)\// }],
          },
        },
      },
    },
  }
})
