using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Api;

/// <summary>Reads the parameters in the path and the query of a request.</summary>
internal static class RequestParameters
{
    /// <summary>The end of the year 9999, in milliseconds since 1970.</summary>
    public const long MostMilliseconds = 253_402_300_799_999;

    private const int MostText = 1_024;

    /// <summary>
    /// A value in the path. Routing decodes everything in a path but the slash; a name with the text %2F in it can be passed in the query.
    /// </summary>
    public static string? InPath(HttpRequest request, string name) =>
        (request.RouteValues[name] as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A parameter in the query; null without one.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the parameter is given more than once.</exception>
    public static string? Single(HttpRequest request, string name) => request.Query[name] switch
    {
        [] => null,
        [var value] => value,
        _ => throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is given more than once"),
    };

    /// <summary>A text in the query; null without one, or if it is empty.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static string? Text(HttpRequest request, string name) => Single(request, name) switch
    {
        null or "" => null,
        { Length: > MostText } => throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} has at most {MostText} characters"),
        var text => text,
    };

    /// <summary>A position in the query; null without one.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c> or <c>invalid-position</c>.</exception>
    public static WsmqPosition? Position(HttpRequest request, string name) =>
        Text(request, name) is { } text ? WsmqPosition.Parse(text) : null;

    /// <summary>A number in the query; null without one.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static long? Number(HttpRequest request, string name, long least, long most)
    {
        if (Single(request, name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Within(name, number, least, most)
            : throw OutOfBounds(name, least, most);
    }

    /// <summary>Whether a parameter in the query is <c>true</c>; false without one.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static bool Flag(HttpRequest request, string name) => Single(request, name) switch
    {
        null or "" or "false" => false,
        "true" => true,
        _ => throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is not true or false"),
    };

    /// <summary>A time in the query, in milliseconds since 1970; null without one.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static DateTimeOffset? Time(HttpRequest request, string name) =>
        Number(request, name, 0, MostMilliseconds) is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    /// <summary>A time in milliseconds since 1970, from elsewhere in the request.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static DateTimeOffset TimeOf(string name, long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Within(name, milliseconds, 0, MostMilliseconds));

    private static long Within(string name, long number, long least, long most) =>
        number >= least && number <= most ? number : throw OutOfBounds(name, least, most);

    private static WsmqException OutOfBounds(string name, long least, long most) =>
        new(WsmqErrors.InvalidMessage, $"{name} is not a number from {least} to {most}");
}
