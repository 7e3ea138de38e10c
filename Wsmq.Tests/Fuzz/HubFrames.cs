using System.Text;
using System.Text.Json;

namespace Wsmq.Tests.Fuzz;

/// <summary>Looks at hub frames as SignalR does: the first JSON value of each, and of a field given twice the last.</summary>
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
