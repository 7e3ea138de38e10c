using System.Globalization;

namespace Wsmq.Server.Api;

/// <summary>Reads the parameters of operators' requests.</summary>
internal static class OperatorRequest
{
    // The year 9999, in milliseconds since 1970.
    private const long MostMilliseconds = 253_402_300_799_999;

    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress UserOf(ApiCall call) => WsmqAddress.User(TextOf(call, "user"));

    public static string TextOf(ApiCall call, string name) => LogRequest.InPath(call.Context.Request, name) ?? string.Empty;

    /// <summary>A time in the query, in milliseconds since 1970; null without one.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static DateTimeOffset? TimeOf(ApiCall call, string name) =>
        Number(call, name, 0, MostMilliseconds) is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static long? Number(ApiCall call, string name, long least, long most)
    {
        if (LogRequest.Single(call.Context.Request, name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is not a number from {least} to {most}");
    }
}
