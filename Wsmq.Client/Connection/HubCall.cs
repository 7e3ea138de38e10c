namespace Wsmq;

/// <summary>A call of the hub whose answer goes to the app.</summary>
/// <param name="Method">The method of <see cref="IWsmqHub"/>.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="CanRepeat">
/// Whether the client may repeat the call: an attempt without an answer may have been executed, and a second one must not do more.
/// </param>
internal sealed record HubCall(string Method, object?[] Arguments, bool CanRepeat);
