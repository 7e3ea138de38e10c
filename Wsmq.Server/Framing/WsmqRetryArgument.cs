using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A <see cref="WsmqRetry"/> as an argument of a hub method. Public because SignalR binds arguments of public methods only; apps have no use
/// for it.
/// </summary>
/// <remarks>
/// A malformed one is refused with a code that names the field: see <see cref="WsmqTextArgument"/>. It is not a
/// <see cref="WsmqObjectArgument{T}"/>, which refuses what is long: a reason that is too long is shortened, and one that is no text left out,
/// because a text for the operator must not keep a job from being retried.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(RetryArgumentConverter))]
public sealed class WsmqRetryArgument
{
    internal WsmqRetryArgument(WsmqRetry retry, string? defect) => (Retry, Defect) = (retry, defect);

    internal WsmqRetry Retry { get; }

    /// <summary>What is malformed; null if nothing is.</summary>
    internal string? Defect { get; }

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    internal Settlement Of(JobLease lease) => Defect is null
        ? new Settlement(lease, SettlementKind.Retry) { Counts = Retry.Counts, Delay = Retry.Delay * 1000, Reason = Retry.Reason ?? string.Empty }
        : throw new WsmqException(WsmqErrors.InvalidMessage, Defect);
}

internal sealed class RetryArgumentConverter : JsonConverter<WsmqRetryArgument>
{
    public override bool HandleNull => true;

    public override WsmqRetryArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var retry = new WsmqRetry();
        string? defect = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            defect = reader.TokenType == JsonTokenType.Null ? null : "retry is an object or null";
            reader.Skip();
            return new WsmqRetryArgument(retry, defect);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(Wire.Delay))
                retry = retry with { Delay = DelayOf(ref reader, ref defect) };
            else if (reader.ValueTextEquals(Wire.Counts))
                retry = retry with { Counts = CountsOf(ref reader, ref defect) };
            else if (reader.ValueTextEquals(Wire.Reason))
                retry = retry with { Reason = ReasonOf(ref reader) };
            else
                reader.Skip();
        }

        return new WsmqRetryArgument(retry, defect);
    }

    public override void Write(Utf8JsonWriter writer, WsmqRetryArgument value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Retry, WsmqJsonContext.Default.WsmqRetry);

    private static long? DelayOf(ref Utf8JsonReader reader, ref string? defect)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var delay) && delay is >= 0 and <= long.MaxValue / 1000)
            return delay;
        if (reader.TokenType != JsonTokenType.Null)
            defect ??= $"{Wire.Delay} is a whole number of milliseconds, at least 0";
        reader.Skip();
        return null;
    }

    private static bool CountsOf(ref Utf8JsonReader reader, ref string? defect)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            return reader.GetBoolean();
        if (reader.TokenType != JsonTokenType.Null)
            defect ??= $"{Wire.Counts} is true or false";
        reader.Skip();
        return true;
    }

    // A reason that is no text is none: it is for the operator only.
    private static string? ReasonOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        return TextArgumentConverter.Instance.Read(ref reader, typeof(WsmqTextArgument), JsonSerializerOptions.Default).Value;
    }
}
