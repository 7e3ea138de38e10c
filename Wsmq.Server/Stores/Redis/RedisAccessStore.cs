using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Access rules (revocations and bans): a few keys on one shard for the whole deployment, and a channel for all nodes.</summary>
internal sealed class RedisAccessStore(RedisConnections connections, RedisKeys keys, ILogger logger) : IAccessStore
{
    private const int PartsOfARule = 3;

    public event Action? Changed;

    /// <summary>Subscribes to the channel.</summary>
    public Task StartAsync() => connections.Channels.ListenAsync(RedisChannel.Literal(keys.AccessChannel), _ => Changed?.Invoke());

    public async Task WriteAsync(AccessRule rule, int most, CancellationToken cancellationToken)
    {
        var kept = await connections.EvaluateAsync(
            RedisScript.AccessWrite,
            [keys.AccessRules, keys.AccessVersions, keys.AccessEnds],
            [
                $"{(char)rule.Kind}:{rule.Name}", rule.At, rule.Until, rule.OnlyGrows,
                rule.Kind == AccessRuleKind.AllBefore ? int.MaxValue : most, keys.AccessChannel,
            ],
            cancellationToken);
        if (!(bool)kept)
            throw new WsmqException(WsmqErrors.StoreFull, $"the limit of {most} revocations and bans is reached");
    }

    public async Task<AccessPage> ReadAsync(long after, int most, CancellationToken cancellationToken)
    {
        var found = (RedisValue[])(await connections.EvaluateAsync(
            RedisScript.AccessRead, [keys.AccessRules, keys.AccessVersions], [after, most], cancellationToken))!;
        var rules = new List<AccessRule>(found.Length / PartsOfARule);
        for (var i = 1; i < found.Length; i += PartsOfARule)
        {
            if (TryRead(found[i]!, found[i + 1], (long)found[i + 2], out var rule))
                rules.Add(rule);
            else
                Log.UnreadableAccessRule(logger);
        }

        return new AccessPage((long)found[0], rules);
    }

    private static bool TryRead(string field, string? value, long version, out AccessRule rule)
    {
        var (at, until) = (0L, 0L);
        var parts = value?.Split(' ');
        var known = field.Length >= 2 && field[1] == ':' && Enum.IsDefined((AccessRuleKind)field[0])
            && parts is { Length: 2 }
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out at)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out until);
        rule = known ? new AccessRule((AccessRuleKind)field[0], field[2..], at, until, version) : null!;
        return known;
    }
}
