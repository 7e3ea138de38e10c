using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Server.Api;

/// <summary>Reads the bodies of requests for dead letters.</summary>
internal static class DeadLetterRequest
{
    /// <summary>A body that is an object. A field that is misspelt is refused: without it a filter could match everything.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static T Parse<T>(ReadOnlySequence<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            var value = JsonSerializer.Deserialize(ref reader, type);
            if (value is not null && !reader.Read())
                return value;
        }
        catch (JsonException e) when (e.Path is not null)
        {
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{e.Path} is malformed, is missing, or is no field of the request");
        }

        throw new WsmqException(WsmqErrors.InvalidMessage, "the body is not one JSON object");
    }

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static WsmqDeadLetterAction ActionOf(WsmqApiRunRequest asked) => asked.Action switch
    {
        "replay" => WsmqDeadLetterAction.Replay,
        "remove" => WsmqDeadLetterAction.Remove,
        _ => throw new WsmqException(WsmqErrors.InvalidMessage, "action is not replay or remove"),
    };

    /// <exception cref="WsmqException">The filter or the time is not valid.</exception>
    public static WsmqDeadLetterRunRequest RunOf(WsmqApiRunRequest asked, WsmqDeadLetterAction action, string user) => new()
    {
        Id = asked.Id,
        Action = action,
        Query = QueryOf(asked.Filter ?? throw new WsmqException(WsmqErrors.InvalidMessage, "filter is null")),
        Until = TimeOf(Wire.Until, asked.Until),
        PerSecond = asked.PerSecond ?? WsmqApiRunRequest.UsualRate,
        StartedBy = user,
    };

    /// <exception cref="WsmqException">The source is no address, or a time is out of range.</exception>
    public static WsmqDeadLetterQuery QueryOf(WsmqApiDeadLetterFilter filter) => new()
    {
        User = filter.User,
        Source = filter.Source is null ? null : WsmqAddress.Parse(filter.Source),
        Type = filter.Type,
        Reason = filter.Reason,
        From = TimeOf(Wire.From, filter.From),
        To = TimeOf(Wire.To, filter.To),
    };

    private static DateTimeOffset? TimeOf(string name, long? time) => time switch
    {
        null => null,
        < 0 or > RequestParameters.MostMilliseconds => throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is out of range"),
        { } known => DateTimeOffset.FromUnixTimeMilliseconds(known),
    };
}
