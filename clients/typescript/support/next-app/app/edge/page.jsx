import { App } from '../client';

export const runtime = 'edge';

export default function Page() {
  return <App url="/wsmq" />;
}
