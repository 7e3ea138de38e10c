using System.Text.Json;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Server.Api;

/// <summary>Logs as operators see them, in the shapes of their responses.</summary>
internal static class AddressResponse
{
    public static WsmqApiAddressPage Of(WsmqPage<WsmqAddressInfo> page) => new()
    {
        Addresses = [.. page.Items.Select(info => new WsmqApiAddress
        {
            Address = info.Address.ToString(), Entries = info.Entries, Bytes = info.Bytes, LastAt = TimeOf(info.LastAt),
        })],
        Next = page.Next,
        Scanned = page.Scanned,
    };

    public static WsmqApiLogInfo Of(WsmqLogInfo info) => new()
    {
        Address = info.Address.ToString(),
        Entries = info.Entries,
        Bytes = info.Bytes,
        Last = info.Last.ToString(),
        Removed = info.Removed.ToString(),
        Cursors = [.. info.Cursors.Select(cursor => new WsmqApiCursor
        {
            User = cursor.User,
            Device = cursor.Device,
            Position = cursor.Position.ToString(),
            Behind = cursor.Behind,
            MayBeMore = cursor.MayBeMore,
            LastSeenAt = TimeOf(cursor.LastSeenAt),
        })],
        Next = info.Next,
    };

    public static WsmqApiEntryPage Of(WsmqPage<WsmqLogEntry> page) =>
        new() { Entries = [.. page.Items.Select(Of)], Next = page.Next, Scanned = page.Scanned };

    public static WsmqApiDelayedPage Of(WsmqPage<WsmqDelayedMessage> page) => new()
    {
        Messages = [.. page.Items.Select(message => new WsmqApiDelayed
        {
            Key = message.Key,
            DueAt = message.DueAt.ToUnixTimeMilliseconds(),
            Id = message.Id,
            Sender = message.Sender,
            SentAt = TimeOf(message.SentAt),
            StateKey = message.StateKey,
            RemoveState = message.RemovesState ? true : null,
            Type = message.Type,
            ContentType = message.ContentType,
            Size = message.Size,
            Preview = message.Preview,
        })],
        Next = page.Next,
    };

    /// <summary>An entry as lists show it.</summary>
    public static WsmqApiEntry Of(WsmqLogEntry entry) => new()
    {
        Position = entry.Position.ToString(),
        Id = entry.Id,
        Sender = entry.Sender,
        SentAt = TimeOf(entry.SentAt),
        StoredAt = entry.StoredAt.ToUnixTimeMilliseconds(),
        ExpiresAt = TimeOf(entry.ExpiresAt),
        StateKey = entry.StateKey,
        RemoveState = entry.RemovesState ? true : null,
        Type = entry.Type,
        ContentType = entry.ContentType,
        Size = entry.Size,
        Preview = entry.Preview,
    };

    public static WsmqApiLife Of(WsmqMessageLife life) => new()
    {
        Entry = life.Entry is { } entry ? Of(entry) : null,
        Stored = life.IsStored,
        Events = [.. life.Events.Select(item => new WsmqApiEvent
        {
            At = TimeOf(item.At),
            Kind = JsonNamingPolicy.CamelCase.ConvertName(item.Kind.ToString()),
            User = item.User,
            Device = item.Device,
            Attempts = item.Attempts,
            Reason = item.Reason,
            DeadLetter = item.DeadLetter,
        })],
        MayBeMore = life.MayBeMore,
    };

    /// <summary>A time in milliseconds since 1970, or null.</summary>
    public static long? TimeOf(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
