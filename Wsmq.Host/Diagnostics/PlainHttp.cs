using System.Net;

namespace Wsmq.Host.Diagnostics;

/// <summary>Says at the start that tokens and messages travel for everybody on the way to read.</summary>
internal static partial class PlainHttp
{
    public static void Warn(IEnumerable<string> addresses, ILogger logger)
    {
        foreach (var address in addresses.Where(IsOpen))
            WithoutTls(logger, address);
    }

    private static bool IsOpen(string address)
    {
        // Listening everywhere is written with signs that are no host name.
        var text = address.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && !IsLoopback(uri);
    }

    private static bool IsLoopback(Uri uri) =>
        uri.IsLoopback || (IPAddress.TryParse(uri.Host, out var address) && IPAddress.IsLoopback(address));

    [LoggerMessage(1, LogLevel.Warning,
        "{Address} is served without TLS, and can be reached from other machines: tokens and messages are readable on the way there, unless a proxy in front of it ends TLS. Configure Kestrel:Endpoints:Https (see docs/operations.md).")]
    private static partial void WithoutTls(ILogger logger, string address);
}
