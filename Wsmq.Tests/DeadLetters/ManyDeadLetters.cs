using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Tests.DeadLetters;

/// <summary>Writes very many dead letters into a Redis, as nack.lua leaves them, in few commands.</summary>
internal static class ManyDeadLetters
{
    public const int Users = 1_000;
    public const int Each = 100;
    public const int All = Users * Each;

    /// <summary>How many dead letters of each user are older than <see cref="Middle"/>.</summary>
    public const int OldOfEach = 2;

    private const int UsersAtOnce = 50;
    private const int Attempts = 20;

    /// <summary>The time between the old ones and the others, in ms since 1970.</summary>
    public static long Middle { get; } = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();

    /// <summary>The reason of one of them; all others have another one.</summary>
    public const string Rare = "RareException";

    public static string NameOf(int user) => string.Create(CultureInfo.InvariantCulture, $"u{user}");

    public static async Task FillAsync(IDatabase database, RedisKeys keys)
    {
        foreach (var users in Enumerable.Range(0, Users).Chunk(UsersAtOnce))
            await Task.WhenAll(users.Select(user => FillAsync(database, keys, user)));
    }

    private static Task FillAsync(IDatabase database, RedisKeys keys, int user)
    {
        var (log, name) = (keys.Of(WsmqAddress.User(NameOf(user))), NameOf(user));
        var (fields, places) = (new List<HashEntry>(), new List<SortedSetEntry>());
        for (var n = 0; n < Each; n++)
        {
            var at = Middle * 1_000 + (n < OldOfEach ? -1_000_000 : 1_000_000) + user * Each + n;
            var place = $"{new WsmqPosition(at - 5)}:phone";
            var reason = user == Users / 2 && n == Each / 2 ? Rare : "FormatException";
            fields.Add(new HashEntry("i" + place, $"{new WsmqPosition(at)}{WsmqPosition.Start}{Attempts:D10}{reason}"));
            fields.Add(new HashEntry("e" + place, ContentOf(user, n)));
            places.Add(new SortedSetEntry(place, at));
        }

        return Task.WhenAll(
            database.HashSetAsync(log.DeadOf(name), [.. fields]), database.SortedSetAddAsync(log.DeadPlacesOf(name), [.. places]),
            database.SortedSetAddAsync(keys.DeadReaders(log.Bucket), log.DeadReaderOf(name), 0),
            database.SortedSetAddAsync(keys.DeadEnds(log.Bucket), log.DeadReaderOf(name), (Middle + 86_400_000) * 1_000d));
    }

    private static byte[] ContentOf(int user, int n)
    {
        var metadata = new EntryMetadata { Id = $"m{n}", Sender = "shop", SentAt = Middle, Type = user % 2 == 0 ? "order" : "invoice" };
        var request = new AppendRequest(
            WsmqAddress.User(NameOf(user)), "shop", metadata.Id, metadata.ToBytes(), System.Text.Encoding.UTF8.GetBytes($$"""{"n":{{n}}}"""));
        var content = new byte[RedisContent.LengthOf(request)];
        RedisContent.Write(request, content);
        return content;
    }
}
