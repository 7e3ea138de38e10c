using System.Globalization;
using System.Text.Json;

namespace Wsmq.Tests.Client;

/// <summary>What the server of a scenario sends: a number is the delivery with that position, after the one just below it.</summary>
internal static class ScenarioEntries
{
    public static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    public static async Task SendAsync(IWsmqReceiver client, JsonElement entries)
    {
        foreach (var entry in entries.EnumerateArray())
            await SendOneAsync(client, entry);
    }

    private static Task SendOneAsync(IWsmqReceiver client, JsonElement entry)
    {
        if (entry.ValueKind == JsonValueKind.Number)
            return client.Receive(DeliveryOf(entry));
        if (entry.TryGetProperty("gap", out var gap))
            return client.Gap(Entry.Alice, Entry.At(gap[0].GetInt64()), Entry.At(gap[1].GetInt64()), gap[2].GetString()!);
        if (entry.TryGetProperty("skipped", out var skipped))
            return client.Skipped(Entry.Alice, Entry.At(skipped[0].GetInt64()), Entry.At(skipped[1].GetInt64()));
        if (entry.TryGetProperty("cleared", out var cleared))
            return client.Cleared(Entry.Alice, Entry.At(cleared.GetInt64()));
        if (entry.TryGetProperty("state", out var state))
            return client.State(Entry.Alice, [.. state.EnumerateArray().Select(at => Entry.Chat(at.GetInt64(), previous: 0))], ThroughOf(entry));
        if (entry.TryGetProperty("many", out var many))
            return client.ReceiveMany([.. many.EnumerateArray().Select(DeliveryOf)]);
        return entry.TryGetProperty("reconnect", out var after) ? client.Reconnect(after.GetInt32()) : client.Receive(DeliveryOf(entry));
    }

    private static string? ThroughOf(JsonElement entry) => entry.TryGetProperty("through", out var through) ? Entry.At(through.GetInt64()) : null;

    private static WsmqDelivery DeliveryOf(JsonElement entry) => entry.ValueKind == JsonValueKind.Number
        ? Entry.Chat(entry.GetInt64())
        : Entry.Chat(
            entry.GetProperty("at").GetInt64(),
            entry.TryGetProperty("source", out var source) ? source.GetString()! : Entry.Alice,
            entry.GetProperty("previous").GetInt64());
}
