using System.Text.Json;

namespace Wsmq.Server.Api;

/// <summary>Writes the dead letters of all users, and runs over them.</summary>
internal static class DeadLetterResponse
{
    /// <param name="call">The request.</param>
    /// <param name="page">The dead letters.</param>
    /// <param name="readable">The users whose bodies the caller may read.</param>
    public static Task WriteAsync(ApiCall call, WsmqPage<WsmqFoundDeadLetter> page, HashSet<string> readable) =>
        AddressResponse.WriteAsync(call, writer =>
        {
            writer.WriteStartArray("deadLetters");
            foreach (var letter in page.Items)
                Write(writer, letter, readable.Contains(letter.User));
            writer.WriteEndArray();
            AddressResponse.End(writer, page);
        });

    public static Task WriteAsync(ApiCall call, WsmqDeadLetterCount count) => AddressResponse.WriteAsync(call, writer =>
    {
        writer.WriteNumber(Wire.Count, count.Count);
        AddressResponse.Time(writer, Wire.Until, count.Until);
    });

    public static Task WriteAsync(ApiCall call, IReadOnlyList<WsmqDeadLetterRun> runs) => AddressResponse.WriteAsync(call, writer =>
    {
        writer.WriteStartArray("runs");
        foreach (var run in runs)
            Write(writer, run);
        writer.WriteEndArray();
    });

    public static Task WriteAsync(ApiCall call, WsmqDeadLetterRun? run) =>
        JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer =>
        {
            if (run is null)
                writer.WriteNullValue();
            else
                Write(writer, run);
        });

    private static void Write(Utf8JsonWriter writer, WsmqFoundDeadLetter found, bool withPreview)
    {
        var letter = found.DeadLetter;
        writer.WriteStartObject();
        writer.WriteString(OperatorRights.User, found.User);
        OperatorResponse.WriteFields(writer, letter);
        writer.WriteString(Wire.Type, found.Type);
        writer.WriteNumber("size", found.Size);
        if (withPreview && found.Preview is not null)
            writer.WriteString("preview", found.Preview);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WsmqDeadLetterRun run)
    {
        writer.WriteStartObject();
        writer.WriteString(Wire.Id, run.Id);
        writer.WriteString("action", NameOf(run.Action));
        writer.WriteStartObject("filter");
        Write(writer, run.Query);
        writer.WriteEndObject();
        AddressResponse.Time(writer, Wire.Until, run.Until);
        writer.WriteNumber("perSecond", run.PerSecond);
        writer.WriteString(Wire.State, NameOf(run.State));
        writer.WriteNumber("total", run.Total);
        writer.WriteBoolean("counted", run.IsCounted);
        writer.WriteNumber("done", run.Done);
        writer.WriteNumber("failed", run.Failed);
        writer.WriteNumber("gone", run.Gone);
        AddressResponse.Time(writer, "startedAt", run.StartedAt);
        AddressResponse.Time(writer, "endedAt", run.EndedAt);
        writer.WriteString("startedBy", run.StartedBy);
        writer.WriteString(Wire.Error, run.Error);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WsmqDeadLetterQuery query)
    {
        Text(writer, OperatorRights.User, query.User);
        Text(writer, Wire.Source, query.Source?.ToString());
        Text(writer, Wire.Type, query.Type);
        Text(writer, Wire.Reason, query.Reason);
        if (query.From is not null)
            AddressResponse.Time(writer, Wire.From, query.From);
        if (query.To is not null)
            AddressResponse.Time(writer, Wire.To, query.To);
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
