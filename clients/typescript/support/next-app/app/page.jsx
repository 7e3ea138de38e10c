import { App } from './client';

export const dynamic = 'force-dynamic';

export default function Page() {
  return <App url={process.env.HUB} token={process.env.TOKEN} />;
}
