import { JsonHubProtocol, type HubMessage, type IHubProtocol, type ILogger, type InvocationMessage } from "@microsoft/signalr";

const END = "\u001e";

// Reading every frame a second time would cost more than parsing it: only a run of 16 digits outside quotes can be inexact.
const SUSPECT = /[^"\d.][\d.]{16}/;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;

const significant = (number: string) => number.replace(/^-|\.|[eE].*$/g, "").replace(/^0+|0+$/g, "");
const isExact = (number: string) => significant(number) === significant(String(Number(number)));

/** The text of a frame with each number that JavaScript would round as a string. */
export const exact = (text: string) =>
  SUSPECT.test(text) ? text.replace(STRING_OR_NUMBER, token => token[0] === '"' || isExact(token) ? token : `"${token}"`) : text;

/** Messages that were serialized when the app sent them: the same text at every attempt, whatever the app changes meanwhile. */
export class Serialized {
  constructor(readonly messages: string[]) {}
}

/** SignalR's JSON protocol, which rounds no number and writes serialized messages as they are. */
export class Protocol extends JsonHubProtocol implements IHubProtocol {
  override parseMessages(input: string, logger: ILogger): HubMessage[] {
    return super.parseMessages(typeof input === "string" ? exact(input) : input, logger);
  }

  override writeMessage(message: HubMessage): string {
    const { invocationId, target, arguments: [first] = [] } = message as InvocationMessage;
    return first instanceof Serialized
      ? `{"type":1,"invocationId":"${invocationId}","target":"${target}","arguments":[[${first.messages}]]}${END}`
      : super.writeMessage(message);
  }
}
