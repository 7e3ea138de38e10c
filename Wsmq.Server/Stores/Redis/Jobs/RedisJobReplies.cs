using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Jobs;

/// <summary>Parses the replies of the scripts of work queues. The formats of what is stored are those of jobs.lua.</summary>
internal static class RedisJobReplies
{
    private const int CountLength = 4;

    // Of a stored job.
    private const int EndsAt = 1;
    private const int KeyLengthAt = 49;
    private const int TextLength = 3;
    private const int KeyAt = 55;

    // Of a plain job: after a letter and a time.
    private const char FirstLetter = 'a';
    private const int PlainContentAt = 1 + WsmqPosition.Length;

    // Of a grant: after the token.
    private const int FailedAt = JobLease.TokenLength;
    private const int LostAt = FailedAt + CountLength;
    private const int ConsumerLengthAt = 52;
    private const int ConsumerAt = ConsumerLengthAt + TextLength;

    // Of a dead letter.
    private const int DeadFailedAt = 17;
    private const int DeadLostAt = DeadFailedAt + CountLength;
    private const int DeadTextLengthAt = 25;
    private const int DeadTextAt = 32;

    // Of an outcome.
    private const int OutcomeTimeAt = 1;
    private const int OutcomeTextLengthAt = OutcomeTimeAt + WsmqPosition.Length;
    private const int OutcomeTextAt = OutcomeTextLengthAt + CountLength;

    // In place of a state.
    private const string Ended = "E";
    private const string Unknown = "U";

    public static long? Time(RedisResult digits) => ((string?)digits) is { Length: > 0 } ? RedisReplies.Position(digits).Value : null;

    public static DeadJob Dead(RedisResult reply) => new(RedisReplies.Position(reply[0]), ReasonOf((string)reply[1]!), (string)reply[2]!);

    public static TakenJob Taken(RedisResult reply)
    {
        var (metadata, body) = Content((byte[])reply[6]!);
        return new TakenJob(
            (int)reply[0], new JobLease(RedisReplies.Position(reply[1]), (string)reply[2]!), 1 + (int)reply[3], (int)reply[4],
            metadata, body)
        {
            Due = RedisReplies.Position(reply[5]).Value,
            Progress = (string)reply[7]!,
        };
    }

    public static QueueInfo Info(RedisResult[] reply) => new()
    {
        Now = Time(reply[0]) ?? 0,
        Ready = (long)reply[1],
        Delayed = (long)reply[2],
        Leased = (long)reply[3],
        Retrying = (long)reply[4],
        Blocked = (long)reply[5],
        Dead = (long)reply[6],
        OldestReady = Time(reply[7]),
        IsPaused = (string?)reply[8] == "1",
        Bytes = (long)reply[9],
        Totals = new QueueTotals
        {
            Stored = (long)reply[10],
            Completed = (long)reply[11],
            FailedAttempts = (long)reply[12],
            LostLeases = (long)reply[13],
            DeadLettered = (long)reply[14],
            DeadLettersRemoved = (long)reply[15],
            Removed = (long)reply[16],
        },
    };

    /// <summary>A job as job_views.lua returns it: position, time, grant or dead letter, stored job.</summary>
    public static StoredJob Stored(JobState state, RedisResult reply, bool withContent)
    {
        var (before, text) = ((byte[])reply[2]!, (byte[])reply[3]!);
        var job = TextOf(text);
        var stored = new StoredJob
        {
            Job = RedisReplies.Position(reply[0]),
            State = state,
            At = RedisReplies.Position(reply[1]).Value,
            Priority = job.Priority,
            Ends = job.Ends,
            Key = job.Key,
            Unique = job.Unique,
            Content = withContent ? Content(text.AsMemory(job.ContentAt)) : null,
        };
        return before.Length == 0 ? stored : state == JobState.Dead ? WithDeath(stored, before) : WithGrant(stored, before);
    }

    public static string Letter(JobState state) => state switch
    {
        JobState.Ready => "R",
        JobState.Delayed => "D",
        JobState.Leased => "L",
        JobState.Retrying => "T",
        JobState.Blocked => "B",
        _ => "X",
    };

    public static JobState StateOf(string letter) => Enum.GetValues<JobState>().First(state => Letter(state) == letter);

    /// <summary>The reply of job_read.lua.</summary>
    public static JobStatus Status(RedisResult[] reply, bool withContent)
    {
        var state = (string)reply[0]!;
        var outcome = reply.Length > 2 && !reply[2].IsNull ? Outcome((byte[])reply[2]!) : null;
        if (state is Ended or Unknown)
            return new JobStatus(null, outcome, state == Ended);
        var job = Stored(StateOf(state), reply[1], withContent);
        return new JobStatus(job, outcome, job.State == JobState.Dead);
    }

    private static StoredText TextOf(byte[] text)
    {
        if (text.Length >= PlainContentAt && text[0] >= FirstLetter)
            return new StoredText((JobPriority)(text[0] - FirstLetter), 0, "", "", PlainContentAt);
        var keyLength = Number(text, KeyLengthAt, TextLength);
        var uniqueLength = Number(text, KeyLengthAt + TextLength, TextLength);
        return new StoredText(
            (JobPriority)Number(text, 0, 1), RedisReplies.Position(text.AsSpan(EndsAt, WsmqPosition.Length)).Value,
            Encoding.UTF8.GetString(text, KeyAt, keyLength), Encoding.UTF8.GetString(text, KeyAt + keyLength, uniqueLength),
            KeyAt + keyLength + uniqueLength);
    }

    private static JobOutcome Outcome(byte[] text)
    {
        var length = Number(text, OutcomeTextLengthAt, CountLength);
        var end = (char)text[0] switch
        {
            'C' => JobEnd.Completed,
            'X' => JobEnd.Removed,
            var reason => ReasonOf(reason.ToString()).ToEnd(),
        };
        return new JobOutcome(
            end, RedisReplies.Position(text.AsSpan(OutcomeTimeAt, WsmqPosition.Length)).Value,
            Encoding.UTF8.GetString(text, OutcomeTextAt, length), Encoding.UTF8.GetString(text.AsSpan(OutcomeTextAt + length)));
    }

    private static StoredJob WithGrant(StoredJob job, byte[] grant)
    {
        var consumer = Number(grant, ConsumerLengthAt, TextLength);
        return job with
        {
            FailedAttempts = Number(grant, FailedAt, CountLength),
            LostLeases = Number(grant, LostAt, CountLength),
            Consumer = Encoding.UTF8.GetString(grant, ConsumerAt, consumer),
            Progress = Encoding.UTF8.GetString(grant.AsSpan(ConsumerAt + consumer)),
        };
    }

    private static StoredJob WithDeath(StoredJob job, byte[] letter)
    {
        var textLength = Number(letter, DeadTextLengthAt, CountLength);
        return job with
        {
            DeadReason = ReasonOf(((char)letter[0]).ToString()),
            FailedAttempts = Number(letter, DeadFailedAt, CountLength),
            LostLeases = Number(letter, DeadLostAt, CountLength),
            Text = Encoding.UTF8.GetString(letter, DeadTextAt, textLength),
            Consumer = Encoding.UTF8.GetString(letter.AsSpan(DeadTextAt + textLength)),
        };
    }

    private static DeadReason ReasonOf(string letter) => letter switch
    {
        "R" => DeadReason.Rejected,
        "A" => DeadReason.AttemptsUsedUp,
        "L" => DeadReason.LeasesLost,
        "E" => DeadReason.Expired,
        _ => throw new WsmqException(WsmqErrors.StoreCorrupt, "unknown reason of a dead letter"),
    };

    private static (ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body) Content(ReadOnlyMemory<byte> content) =>
        RedisContent.TryRead(content, out var metadata, out var body, out _)
            ? (metadata, body)
            : throw new WsmqException(WsmqErrors.StoreCorrupt, "the lengths of a job do not match its content");

    private static int Number(byte[] text, int at, int length) =>
        at + length <= text.Length
        && int.TryParse(text.AsSpan(at, length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new WsmqException(WsmqErrors.StoreCorrupt, "a job has a malformed number");

    /// <summary>What precedes the content of a stored job.</summary>
    private readonly record struct StoredText(JobPriority Priority, long Ends, string Key, string Unique, int ContentAt);
}
