namespace Wsmq.Server.Requests;

/// <summary>A handler of the app for the requests of one type to an address that is no work queue.</summary>
internal sealed record AppRequestHandler(WsmqAddress Address, RequestHandler Handler, Action<WsmqResponderOptions>? Configure);
