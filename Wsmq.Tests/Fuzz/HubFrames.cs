using System.Text;
using System.Text.Json;

namespace Wsmq.Tests.Fuzz;

/// <summary>Reads hub frames as SignalR does: only the first JSON value of a frame counts, and of a repeated field the last one.</summary>
internal static class HubFrames
{
    private const int Known = 9;

    public static bool HaveUnknownType(IEnumerable<WireFrame> frames) =>
        Encoding.Latin1.GetString([.. frames.Where(f => f.Opcode <= 2).SelectMany(f => f.Payload)]).Split('\u001e').Any(IsUnknown);

    private static bool IsUnknown(string frame)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.Latin1.GetBytes(frame));
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("type", out var type)
                && type.ValueKind == JsonValueKind.Number && type.TryGetInt32(out var number) && number is < 1 or > Known;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
