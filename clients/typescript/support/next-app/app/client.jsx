'use client';

import { WsmqClient } from '@wsmq/client';
import { outbox } from '@wsmq/client/outbox';
import { queues } from '@wsmq/client/queues';
import { useConnection, useMessages, WsmqProvider } from '@wsmq/client/react';
import { work } from '@wsmq/client/work';
import { useState } from 'react';

function Messages() {
  const [bodies, setBodies] = useState([]);
  useMessages('test', ({ body }) => setBodies(before => [...before, body]));
  return <p>{useConnection()}: {bodies.join()}</p>;
}

export function App({ url, token }) {
  const create = () => {
    const client = new WsmqClient({ url, accessTokenProvider: () => token, outbox: outbox({ user: 'bob' }) });
    work(client, 'work:queue', () => {}, { refused: () => {} });
    queues(client);
    return client;
  };
  return <WsmqProvider create={create}><Messages /></WsmqProvider>;
}
