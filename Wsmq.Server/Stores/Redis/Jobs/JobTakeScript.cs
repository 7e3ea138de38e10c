using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Jobs;

/// <summary>The arguments and the reply of job_take.lua, which are also a part of those of job_append.lua.</summary>
internal static class JobTakeScript
{
    // The index of the job within its call follows.
    private const int TokenStart = 12;
    private const string HexDigits = "0123456789abcdef";

    /// <summary>The arguments.</summary>
    /// <param name="request">For whom.</param>
    /// <param name="rules">The options of the queue.</param>
    /// <param name="mark">Number and duration of the mark for replicas; without effect if there is no key of a mark.</param>
    public static RedisValue[] Values(TakeRequest request, QueueRules rules, IReadOnlyList<RedisValue> mark) =>
    [
        rules.Lease, request.MaxBytes, rules.MaxInFlight, IJobStore.MostInAStep, RandomNumberGenerator.GetString(HexDigits, TokenStart),
        .. Limits(rules), rules.Pace.ToString("R", CultureInfo.InvariantCulture), .. mark,
        .. request.Consumers.SelectMany(c => new RedisValue[] { c.Name, c.Credit, c.MayTakeSuspect ? 1 : 0 }),
    ];

    /// <summary>Limits of dead letters and of outcomes, as several scripts take them.</summary>
    public static RedisValue[] Limits(QueueRules rules) =>
        [rules.MaxDeadLetters, rules.MaxDeadLetterBytes, rules.MaxDeadLetterAge, rules.OutcomeRetention, rules.MaxOutcomes];

    public static TakenJobs Result(RedisResult[] reply) => new(
        Array.ConvertAll((RedisResult[])reply[5]!, RedisJobReplies.Taken), RedisJobReplies.Time(reply[0]) ?? 0,
        RedisJobReplies.Time(reply[1]), RedisJobReplies.Time(reply[2]), (int)reply[3] == 1,
        Array.ConvertAll((RedisResult[])reply[4]!, RedisJobReplies.Dead))
    {
        IsPaused = (int)reply[3] == 2,
    };
}
