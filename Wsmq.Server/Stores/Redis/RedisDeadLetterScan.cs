using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Scans dead letters, bucket by bucket. Each bucket has a sorted list of the readers that may have some, so that a scan does not look at all
/// addresses.
/// </summary>
internal sealed class RedisDeadLetterScan(RedisConnections connections, RedisKeys keys, Func<WsmqAddress, long> maxAge, DeadLetterScan scan)
{
    private const int ReadersInACall = 32;
    private const int MostCalls = 64;
    private const int MostBytes = 1024 * 1024;
    private const int PartsOfALetter = 5;

    private readonly List<DeadLetterHead> _found = [];
    private long _scanned;

    public async Task<StorePage<DeadLetterHead>> StepAsync(string? next, int max, CancellationToken cancellationToken)
    {
        var at = next is null ? new Cursor(FirstBucket, "", "", "") : Cursor.Parse(next);
        var (last, bytes) = (scan.Source is null ? keys.Buckets - 1 : FirstBucket, 0L);
        for (var calls = 0; calls < MostCalls && _found.Count < max && bytes < MostBytes && at.Bucket <= last; calls++)
        {
            var names = await NamesAsync(at, cancellationToken);
            if (names.Length == 0)
            {
                at = new Cursor(at.Bucket + 1, "", "", "");
                continue;
            }

            var before = _found.Count;
            at = await ReadAsync(at, names, max, cancellationToken);
            bytes += _found.Skip(before).Sum(l => l.Entry is { } entry ? entry.Metadata.Length + entry.BodyBytes : 0);
        }

        return new StorePage<DeadLetterHead>(_found, at.Bucket > last ? null : at.ToString(), _scanned);
    }

    private int FirstBucket => scan.Source is { } source ? keys.Of(source).Bucket : 0;

    // What the names of the readers of the source begin with.
    private string Beginning => scan.Source is not { } source ? ""
        : $"{WsmqAddress.Prefix(source.Kind)}:{Uri.EscapeDataString(source.Name)}{(source.Kind == WsmqAddressKind.Group ? ":" : "")}";

    private async Task<string[]> NamesAsync(Cursor at, CancellationToken cancellationToken)
    {
        var (from, resumes) = (at.Reader.Length > 0 ? at.Reader : Beginning, at.Place.Length > 0 || at.Reader.Length == 0);
        var names = await connections.AskAsync(
            (database, primary) => database.SortedSetRangeByValueAsync(
                keys.DeadReaders(at.Bucket), from.Length > 0 ? from : default(RedisValue), default, resumes ? Exclude.None : Exclude.Start,
                Order.Ascending, 0, ReadersInACall, primary),
            cancellationToken);
        return [.. names.Select(n => (string)n!).Where(n => n.StartsWith(Beginning, StringComparison.Ordinal))];
    }

    private async Task<Cursor> ReadAsync(Cursor at, string[] names, int max, CancellationToken cancellationToken)
    {
        var readers = names.Select(Reader.Parse).OfType<Reader>()
            .Where(r => (scan.User is null || r.User == scan.User) && (scan.Source is null || r.Source == scan.Source)).ToArray();
        _scanned += names.Length - readers.Length;
        var done = new Cursor(at.Bucket, names[^1], "", "");
        if (readers.Length == 0)
            return done;
        var reply = (RedisResult[])(await connections.EvaluateAsync(
            RedisScript.DeadScan, KeysOf(at.Bucket, readers), ValuesOf(at, readers, max), cancellationToken))!;
        var letters = ((RedisResult[])reply[1]!).Chunk(PartsOfALetter).ToArray();
        foreach (var letter in letters)
            _found.Add(Letter(readers[(int)letter[0] - 1], letter));
        var ended = (int)reply[0];

        // A reader that has nothing to return was looked at as well, and so was the one that was not read to its end.
        _scanned += letters.Length + Math.Min(ended + 1, readers.Length);
        if (ended == readers.Length)
            return done;

        // The next step goes on within this reader, after its last dead letter in this one.
        var (open, own) = (readers[ended], letters.LastOrDefault(l => (int)l[0] == ended + 1));
        return own is not null ? new Cursor(at.Bucket, open.Name, ((string)own[2]!)[..WsmqPosition.Length], (string)own[1]!)
            : new Cursor(at.Bucket, readers[ended - 1].Name, "", "");
    }

    private RedisKey[] KeysOf(int bucket, Reader[] readers) =>
    [
        keys.DeadReaders(bucket), keys.DeadEnds(bucket),
        .. readers.SelectMany(r => new[] { keys.Of(r.Source).DeadOf(r.User), keys.Of(r.Source).DeadPlacesOf(r.User) }),
    ];

    private RedisValue[] ValuesOf(Cursor at, Reader[] readers, int max)
    {
        var resumes = at.Place.Length > 0 && readers[0].Name == at.Reader;
        return
        [
            scan.From, scan.Until, max - _found.Count, MostBytes, scan.WithEntry ? scan.BodyBytes : -1,
            resumes ? at.Time : "", resumes ? at.Place : "",
            .. readers.SelectMany(r => new RedisValue[] { r.Name, maxAge(r.Source) }),
        ];
    }

    private DeadLetterHead Letter(Reader reader, RedisResult[] parts)
    {
        var key = RedisDeadLetters.KeyOf(reader.Source, (string)parts[1]!);
        var letter = RedisDeadLetters.Read(key, (byte[])parts[2]!);
        var entry = !scan.WithEntry ? null
            : RedisReplies.Head(key.Position, (long)parts[3], (byte[])parts[4]!)
                ?? new EntryHead(key.Position, default, default, 0) { Defect = "its lengths do not match its content" };
        return new DeadLetterHead(reader.User, letter, entry);
    }

    private sealed record Reader(string Name, WsmqAddress Source, string User)
    {
        /// <summary>Null if it is foreign.</summary>
        public static Reader? Parse(string name)
        {
            var parts = name.Split(':');
            return parts.Length is 2 or 3 && WsmqAddress.TryParse($"{parts[0]}:{Uri.UnescapeDataString(parts[1])}", out var source)
                ? new Reader(name, source, Uri.UnescapeDataString(parts[^1]))
                : null;
        }
    }

    /// <param name="Bucket">The bucket.</param>
    /// <param name="Reader">The last reader of the bucket that was read; empty for none.</param>
    /// <param name="Time">If the reader was not read to its end: the time of the last dead letter that was read.</param>
    /// <param name="Place">The same: its place.</param>
    private sealed record Cursor(int Bucket, string Reader, string Time, string Place)
    {
        public static Cursor Parse(string text)
        {
            var parts = text.Split('.');
            try
            {
                if (parts.Length == 4 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var bucket)
                    && (parts[2].Length == 0 || WsmqPosition.TryParse(parts[2], out _)))
                    return new Cursor(bucket, Decoded(parts[1]), parts[2], Decoded(parts[3]));
            }
            catch (FormatException)
            {
                // Refused below.
            }

            throw new WsmqException(WsmqErrors.InvalidMessage, "next is not what the last page has returned");
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Bucket}.{Encoded(Reader)}.{Time}.{Encoded(Place)}");

        private static string Encoded(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

        private static string Decoded(string text) => Encoding.UTF8.GetString(Convert.FromHexString(text));
    }
}
