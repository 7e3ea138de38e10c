using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Server.History;
using Wsmq.Server.Limits;

namespace Wsmq;

/// <summary>
/// The result of <see cref="IWsmqHub.History"/>: a <see cref="WsmqHistoryPage"/> that is written without objects for its entries. Public
/// because SignalR returns results of public methods only; apps have no use for it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[JsonConverter(typeof(HistoryResultConverter))]
public sealed class WsmqHistoryResult
{
    private readonly SessionReads _reads;

    internal WsmqHistoryResult(HistoryPage page, SessionReads reads) => (Page, _reads) = (page, reads);

    internal HistoryPage Page { get; }

    internal long Bytes => Page.Found.HeldBytes;

    /// <summary>The result was written: it is not charged to the user any more.</summary>
    internal void Release() => _reads.Release(Page.Found);
}

internal sealed class HistoryResultConverter : JsonConverter<WsmqHistoryResult>
{
    public override WsmqHistoryResult Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, WsmqHistoryResult value, JsonSerializerOptions options) => value.Page.WriteTo(writer);
}
