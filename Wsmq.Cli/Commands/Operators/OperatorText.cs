using System.Globalization;
using Wsmq.Cli.Http;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Operators;

/// <summary>Results of the HTTP API as text, a line for each thing.</summary>
internal static class OperatorText
{
    public static string Of(ApiDevice device) => Printable.Line($"{device.Name}  last seen {Moment.Text(device.LastSeenAt)}");

    public static string Of(ApiKey key) => Join(
        key.Id, key.Name, List(key.Scopes), $"created {Moment.Text(key.CreatedAt)}",
        key.ExpiresAt is { } end ? $"expires {Moment.Text(end)}" : "does not expire");

    public static string Of(ApiNewKey key) => Printable.Line($"The key {key.Id} of {key.User}. Store it now: it cannot be read again.");

    public static string Of(ApiUserConnections all) => Lines(
        all.Connections.Select(c => Join(
            c.Id, $"node {c.Node}", c.Kind, c.Transport, $"since {Moment.Text(c.ConnectedAt)}", Named("device", c.Device),
            Named("reads", List(c.Addresses)), Named("works on", List(c.Queues)), $"in flight {Number(c.InFlight)}")),
        Missing(all.Missing));

    public static string Of(ApiDeadLetter letter)
    {
        var line = Join(
            letter.Id, Moment.Text(letter.DeadLetteredAt), letter.User, $"from {letter.Source} {letter.Position}",
                Named("device", letter.Device),
            $"attempts {Number(letter.Attempts)}", Named("type", letter.Type), Named("reason", letter.Reason),
            letter.Size is { } size ? $"{Number(size)} bytes" : null, letter.Preview);
        return letter.Message is { } message ? $"{line}\n    {new TextEventPrinter().Delivery(message)}" : line;
    }

    public static string Of(ApiDeadLetterRun run) => Join(
        run.Id, run.Action, run.State, run.Counted ? $"{Number(run.Done)} of {Number(run.Total)} done" : $"counting: {Number(run.Total)} so far",
        $"{Number(run.Failed)} failed",
        run.Gone > 0 ? $"{Number(run.Gone)} gone" : null, Named("error", run.Error),
        $"started {Moment.Text(run.StartedAt)}", Named("by", run.StartedBy), run.EndedAt is { } end ? $"ended {Moment.Text(end)}" : null);

    public static string Of(ApiAddress address) => Join(
        address.Address, $"{Number(address.Entries)} entries", $"{Number(address.Bytes)} bytes", $"last {Moment.Text(address.LastAt)}");

    public static string Of(ApiAddressDetails address) => Lines(
        [
            Join(address.Address, $"{Number(address.Entries)} entries", $"{Number(address.Bytes)} bytes", $"last {address.Last}",
                $"removed {address.Removed}"),
            .. (address.Cursors ?? []).Select(c => "    " + Join(
                $"{c.User}/{c.Device ?? "-"}", $"at {c.Position}",
                    c.Behind is { } n ? $"behind {Number(n)}{(c.MayBeMore ? " or more" : "")}" : null,
                    $"last seen {Moment.Text(c.LastSeenAt)}")),
        ],
        null);

    public static string Of(ApiEntry entry) => Join(
        entry.Position, Moment.Text(entry.StoredAt ?? entry.SentAt), $"from {entry.Sender ?? "the app"}", entry.Type ?? "-",
            entry.Id is { } id ? $"id {id}" : "CORRUPT",
        Named(entry.RemoveState ? "removes state" : "state", entry.StateKey), $"{Number(entry.Size)} bytes", entry.Preview);

    public static string Of(ApiDelayed message) => Join(
        message.Key, $"due {Moment.Text(message.DueAt)}", $"from {message.Sender ?? "the app"}", message.Type ?? "-",
        message.Id is { } id ? $"id {id}" : "CORRUPT", Named(message.RemoveState ? "removes state" : "state", message.StateKey),
        $"{Number(message.Size)} bytes", message.Preview);

    public static string Of(ApiLife life) => Lines(
        [
            life.Entry is { } entry ? Of(entry) : life.Stored ? "stored" : "not stored",
            .. life.Events.Select(e => "    " + Join(
                Moment.Text(e.At), e.Kind, e.Device is null ? e.User : $"{e.User}/{e.Device}",
                e.Attempts is { } n ? $"attempts {Number(n)}" : null, Named("reason", e.Reason), Named("dead letter", e.DeadLetter))),
        ],
        life.MayBeMore ? "    and perhaps more: not all members of the group were looked at" : null);

    public static string Of(ApiNodes all) => Lines(
        all.Nodes.SelectMany(node => new[]
        {
            Join(
                node.Name ?? node.Id, node.Version, $"started {Moment.Text(node.StartedAt)}", node.Draining ? "DRAINING" : null,
                $"{Number(node.Connections)} connections", $"{Number(node.Streams)} streams", $"{Number(node.Users)} users",
                node.Store is { } store ? $"store {store.Kind}{(store.Available ? "" : " UNAVAILABLE")}" : null),
            node.Rates is { } r
                ? "    " + Join(
                    $"per second: stored {Rate(r.Stored)}", $"delivered {Rate(r.Delivered)}", $"acknowledged {Rate(r.Acknowledged)}",
                    $"live {Rate(r.Live)}", $"jobs {Rate(r.Jobs)}",
                        $"append p50 {Rate(node.Latency?.AppendP50Ms)} ms p99 {Rate(node.Latency?.AppendP99Ms)} ms")
                : null,
        }.Concat((node.SlowReaders ?? [])
            .Select(s => "    " + Join("slow reader", $"{s.User}/{s.Device}", s.Address, $"{Rate(s.BehindMs)} ms behind")))),
        Missing(all.Missing));

    public static string Of(ApiRights rights) => Join([rights.User, .. rights.Actions]);

    public static string Of(WsmqReceipt receipt) =>
        Join("stored", $"position {receipt.Position}", $"id {receipt.Id}", receipt.Duplicate ? "(stored before)" : null);

    public static string Of(WsmqDelivery delivery) => new TextEventPrinter().Delivery(delivery);

    private static string? Named(string name, string? value) => string.IsNullOrEmpty(value) ? null : $"{name} {value}";

    private static string? List(string[]? values) => values is { Length: > 0 } ? string.Join(", ", values) : null;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Rate(double? value) => value?.ToString("0.#", CultureInfo.InvariantCulture) ?? "-";

    private static string? Missing(string[]? nodes) => List(nodes) is { } list ? $"MISSING  nodes that did not answer: {list}" : null;

    private static string Join(params string?[] parts) => Printable.Line(string.Join("  ", parts.Where(part => part is not null)));

    private static string Lines(IEnumerable<string?> lines, string? last) =>
        string.Join('\n', lines.Append(last).Where(line => line is not null));
}
