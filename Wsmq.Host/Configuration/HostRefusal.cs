namespace Wsmq.Host.Configuration;

/// <summary>The host cannot start with this configuration. The message is for the operator; no stack trace is shown.</summary>
internal sealed class HostRefusal(string message, Exception? inner = null) : Exception(message, inner);
