import { request } from 'node:http';

/** A request with headers that no browser lets a page set. Returns status, headers and text of the answer. */
export function send(url, { method = 'GET', headers = {}, body, host } = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(url);
    const outgoing = request({ hostname: host ?? hostname, port, path: pathname + search, method, headers, setHost: !headers.Host }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', part => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
