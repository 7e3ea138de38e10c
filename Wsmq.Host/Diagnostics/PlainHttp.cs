using System.Net;

namespace Wsmq.Host.Diagnostics;

/// <summary>Warns at start that tokens and messages travel unencrypted, readable by anyone on the network path.</summary>
internal static partial class PlainHttp
{
    public static void Warn(IEnumerable<string> addresses, ILogger logger)
    {
        foreach (var address in addresses.Where(IsOpen))
            WithoutTls(logger, address);
    }

    private static bool IsOpen(string address)
    {
        // The wildcards * and + for all interfaces are not valid host names in a URI.
        var text = address.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && !IsLoopback(uri);
    }

    private static bool IsLoopback(Uri uri) =>
        uri.IsLoopback || (IPAddress.TryParse(uri.Host, out var address) && IPAddress.IsLoopback(address));

    [LoggerMessage(1, LogLevel.Warning,
        "{Address} is served without TLS and can be reached from other machines: tokens and messages are readable on the network, unless a "
        + "proxy in front of it terminates TLS. Configure Kestrel:Endpoints:Https (see docs/operations.md).")]
    private static partial void WithoutTls(ILogger logger, string address);
}
