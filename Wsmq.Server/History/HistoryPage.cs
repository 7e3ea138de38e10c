using System.Text.Json;
using Wsmq.Server.Framing;

namespace Wsmq.Server.History;

/// <summary>A page of a history.</summary>
/// <param name="Found">What was found, in the order of the query; also what is damaged or has expired. Its state is that of the log.</param>
/// <param name="Next">The last position that was looked at; null once everything was searched.</param>
/// <param name="Now">The clock of the store when it was read, in µs since 1970.</param>
internal sealed record HistoryPage(FeedPage Found, WsmqPosition? Next, long Now)
{
    /// <summary>The entries that may be returned, as <c>Receive</c> frames.</summary>
    public IEnumerable<FeedEntry> Entries => Found.Entries.Where(e => e.Defect is null && !(e.Ends <= Now));

    public int Damaged => Found.Entries.Count(e => e.Defect is not null);

    /// <summary>The same page with fewer of the entries: those after them are left to the next page.</summary>
    public HistoryPage With(FeedPage held) => held.Entries.Length == Found.Entries.Length
        ? this
        : this with { Found = held, Next = held.Entries[^1].Position };

    /// <summary>The page as the app gets it.</summary>
    public WsmqHistoryPage ToRecord() => new()
    {
        Entries = [.. Entries.Select(e => JsonSerializer.Deserialize(JsonFrames.Delivery(e.Frame), WsmqJsonContext.Default.WsmqDelivery)!)],
        Next = Next,
        Tail = Found.State.Tail,
        Damaged = Damaged,
    };

    /// <summary>Writes the page as a <see cref="WsmqHistoryPage"/>. Its entries are checked, and bodies are written as they were sent.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray(Wire.Entries);
        foreach (var entry in Entries)
            writer.WriteRawValue(JsonFrames.Delivery(entry.Frame), skipInputValidation: true);
        writer.WriteEndArray();
        if (Next is { } next)
            writer.WriteString(Wire.Next, next.ToString());
        else
            writer.WriteNull(Wire.Next);
        writer.WriteString(Wire.Tail, Found.State.Tail.ToString());
        if (Damaged is > 0 and var damaged)
            writer.WriteNumber(Wire.Damaged, damaged);
        writer.WriteEndObject();
    }
}
