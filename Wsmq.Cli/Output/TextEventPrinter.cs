using System.Text.Json;

namespace Wsmq.Cli.Output;

/// <summary>Prints one line per event: time, source, sender, type, body, headers, correlation id, reply address and key of state.</summary>
internal sealed class TextEventPrinter : IEventPrinter
{
    public string Delivery(WsmqDelivery delivery)
    {
        var time = Moment.Text(DateTimeOffset.FromUnixTimeMilliseconds(delivery.SentAt));
        var body = delivery.RemoveState ? "(state removed)" : Body(delivery.Body, delivery.Data, delivery.ContentType);
        var line = $"{time}  {delivery.Source}  from {delivery.Sender ?? "the app"}  {delivery.Type ?? "-"}  {body}{Extras(delivery)}";
        return Printable.Line(delivery.IsState ? $"STATE  {line}" : line);
    }

    public string Gap(WsmqGapEventArgs gap) =>
        Printable.Line($"GAP  {gap.Source}  messages after {gap.After} and before {gap.Before} are missing: {gap.Reason}");

    public string StateComplete(WsmqStateCompleteEventArgs state) =>
        StateLine.TextOf(state.Source.ToString(), state.Position.ToString(), state.Keys.Count);

    public string Live(WsmqLiveMessage message) =>
        Printable.Line($"LIVE  {message.Type ?? "-"}  {Body(message.Body, message.Data, message.ContentType)}");

    private static string Body(WsmqJsonBody? body, ReadOnlyMemory<byte>? data, string? contentType)
    {
        if (data is { } bytes)
            return $"({bytes.Length} bytes of {contentType ?? "application/octet-stream"})";
        if (body is not { } json)
            return "(no body)";
        try
        {
            using var document = JsonDocument.Parse(json.Utf8);
            return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString()! : json.ToString();
        }
        catch (InvalidOperationException)
        {
            // An escaped unpaired surrogate is valid JSON but not valid text: show the JSON as it was written.
            return json.ToString();
        }
    }

    private static string Extras(WsmqDelivery delivery)
    {
        var extras = (delivery.Headers ?? new Dictionary<string, string>()).Select(header => $"{header.Key}={header.Value}").ToList();
        if (delivery.CorrelationId is { } correlation)
            extras.Add($"correlation {correlation}");
        if (delivery.ReplyTo is { } replyTo)
            extras.Add($"reply to {replyTo}");
        if (delivery.StateKey is { } key)
            extras.Add($"state {key}");
        if (delivery.AnyDevice)
            extras.Add("for any device");
        return extras.Count == 0 ? "" : $"  ({string.Join(", ", extras)})";
    }
}
