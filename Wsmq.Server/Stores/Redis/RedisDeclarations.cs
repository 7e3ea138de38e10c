using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Appends;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Declarations and recurring jobs of work queues: two hashes for each queue, in its bucket. A node lives while its lease in the lane of the
/// queue exists.
/// </summary>
internal sealed class RedisDeclarations(RedisConnections connections, RedisKeys keys, RedisLanes lanes, RedisSignals signals) : IDeclarationStore
{
    public async Task<HeldDeclarations> DeclareAsync(WsmqAddress queue, QueueDeclaration own, CancellationToken cancellationToken)
    {
        var (lane, queueKeys) = (lanes.Of(queue).Keys, keys.Of(queue));
        var reply = (RedisResult[])(await connections.EvaluateAsync(
            RedisScript.Declare, [queueKeys.Declarations, queueKeys.Schedules, lane.Lease, queueKeys.Meta],
            [
                lanes.Node, lanes.Lease.WholeMilliseconds(), lane.Leases, own.Version.ToString("D10", CultureInfo.InvariantCulture), own.Text,
                signals.Hears(queue) ? 1 : 0,
            ],
            cancellationToken))!;
        var schedules = (string[])reply[3]!;
        return new HeldDeclarations(
            RedisReplies.Position(reply[0]).Value, int.Parse((string)reply[1]!, CultureInfo.InvariantCulture), (string[])reply[2]!,
            schedules.Chunk(2).ToDictionary(s => s[0], s => s[1], StringComparer.Ordinal));
    }

    public Task WithdrawAsync(WsmqAddress queue, CancellationToken cancellationToken) => RedisErrors.GuardAsync(
        () => connections.Database.HashDeleteAsync(keys.Of(queue).Declarations, lanes.Node), cancellationToken);

    public async Task<AdvanceResult> AdvanceAsync(WsmqAddress queue, ScheduleAdvance advance, CancellationToken cancellationToken)
    {
        var (lane, queueKeys) = (lanes.Of(queue).Keys, keys.Of(queue));
        var terms = advance.Jobs.Select(j => j.Job ?? JobTerms.Default).ToArray();
        RedisValue[] values =
        [
            lanes.PublishCommand, lane.Channels, lane.Leases, queueKeys.Name, advance.Name, advance.Expected,
            Digits(advance.Next?.Due), Digits(advance.Next?.Last), advance.Next?.Definition ?? "",
            terms.Select(t => t.MaxWaiting).DefaultIfEmpty().Min(), terms.Select(t => t.MaxBytes).DefaultIfEmpty().Min(),
            .. advance.Jobs.Zip(terms).SelectMany(j => new RedisValue[] { JobAppendScript.Text(j.Second), ContentOf(j.First) }),
        ];
        var reply = (RedisResult[])(await connections.EvaluateAsync(
            RedisScript.ScheduleAdvance, [queueKeys.Schedules, .. queueKeys.Queue], values, cancellationToken))!;
        var stored = (int)reply[1];
        return (string)reply[0]! switch
        {
            "D" => new AdvanceResult(AdvanceOutcome.Done, stored, advance.Jobs.Count - stored),
            "C" => new AdvanceResult(AdvanceOutcome.Changed),
            "E" => new AdvanceResult(AdvanceOutcome.NotDue),
            _ => new AdvanceResult(AdvanceOutcome.QueueFull),
        };
    }

    private static string Digits(long? time) => time?.ToString("D16", CultureInfo.InvariantCulture) ?? "";

    private static byte[] ContentOf(AppendRequest job)
    {
        var content = new byte[RedisContent.LengthOf(job)];
        RedisContent.Write(job, content);
        return content;
    }
}
