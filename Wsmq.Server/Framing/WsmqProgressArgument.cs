using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.Framing;

namespace Wsmq;

/// <summary>
/// The progress of a job as an argument of a hub method: any JSON value. Public because SignalR binds arguments of public methods only; apps
/// have no use for it.
/// </summary>
/// <remarks>A value that is too large is not held; it is refused with a code: see <see cref="WsmqTextArgument"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(ProgressArgumentConverter))]
public sealed class WsmqProgressArgument
{
    private readonly WsmqJsonBody _value;
    private readonly string? _defect;

    internal WsmqProgressArgument(WsmqJsonBody value, string? defect) => (_value, _defect) = (value, defect);

    /// <summary>The value.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    internal WsmqJsonBody Value => _defect is null ? _value : throw new WsmqException(WsmqErrors.InvalidMessage, _defect);
}

internal sealed class ProgressArgumentConverter : JsonConverter<WsmqProgressArgument>
{
    public override bool HandleNull => true;

    public override WsmqProgressArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (value, defect) = LargeArgument.ReadJson(
            ref reader, Wire.Progress, WsmqJob.MaxProgressBytes, $"{Wire.Progress} has at most {WsmqJob.MaxProgressBytes} bytes");
        return new WsmqProgressArgument(value ?? default, defect);
    }

    public override void Write(Utf8JsonWriter writer, WsmqProgressArgument value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Value, WsmqJsonContext.Default.WsmqJsonBody);
}
