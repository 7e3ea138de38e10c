using System.Data.Common;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Wsmq.Host.Configuration;

/// <summary>Turns what stops a start into one paragraph for whoever started the host.</summary>
internal static partial class StartFailure
{
    /// <summary>The paragraph, or null for what nobody can mend by configuration: that one deserves its stack trace.</summary>
    public static string? Describe(Exception exception) => Text(exception) is { } text ? InKeys(text) : null;

    /// <summary>The library names its options by their classes; whoever runs the host knows the keys of its configuration.</summary>
    public static string InKeys(string text) => Options().Replace(text, match => (match.Groups["class"].Value, match.Groups["name"].Value) switch
    {
        ("Sqlite", "Path") => $"{HostSettings.Section}:{nameof(HostSettings.DataFolder)}",
        ("Redis", "Configuration") => $"{HostSettings.Section}:{nameof(HostSettings.Redis)}",
        var (store, name) => $"{HostSettings.Section}:{store}Options:{name.Replace('.', ':')}",
    });

    private static string? Text(Exception exception) => exception switch
    {
        HostRefusal => exception.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        WsmqException or InvalidOperationException or InvalidDataException or FormatException or ArgumentException => WithCause(exception),
        IOException or SocketException or UnauthorizedAccessException or RedisException or DbException => WithCause(exception),
        _ => null,
    };

    private static string WithCause(Exception exception) =>
        exception.InnerException is { } inner && !exception.Message.Contains(inner.Message, StringComparison.OrdinalIgnoreCase)
            ? $"{exception.Message} {inner.Message}"
            : exception.Message;

    [GeneratedRegex(@"\bWsmq(?<class>Redis|Sqlite|)Options\.(?<name>[A-Za-z]+(\.[A-Za-z]+)*)")]
    private static partial Regex Options();
}
