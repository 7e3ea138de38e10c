using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Appends;

namespace Wsmq.Server.Stores.Redis;

/// <summary>The arguments and the reply of job_take.lua, which are also a part of those of job_append.lua.</summary>
internal static class JobTakeScript
{
    // The index of the job within its call follows.
    private const int TokenStart = 12;
    private const string HexDigits = "0123456789abcdef";

    public static RedisValue[] Values(TakeRequest request, QueueRules rules, ReplicaMark mark) =>
    [
        rules.Lease, request.MaxBytes, rules.MaxInFlight, IJobStore.MostInAStep, RandomNumberGenerator.GetString(HexDigits, TokenStart),
        .. RedisJobs.Limits(rules), rules.Pace.ToString("R", CultureInfo.InvariantCulture), .. mark.Values,
        .. request.Consumers.SelectMany(c => new RedisValue[] { c.Name, c.Credit, c.MayTakeSuspect ? 1 : 0 }),
    ];

    public static TakenJobs Result(RedisResult[] reply) => new(
        Array.ConvertAll((RedisResult[])reply[5]!, RedisJobReplies.Taken), RedisJobReplies.Time(reply[0]) ?? 0,
        RedisJobReplies.Time(reply[1]), RedisJobReplies.Time(reply[2]), (int)reply[3] == 1,
        Array.ConvertAll((RedisResult[])reply[4]!, RedisJobReplies.Dead))
    {
        IsPaused = (int)reply[3] == 2,
    };
}
