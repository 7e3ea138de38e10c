using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Hosting;

/// <summary>Validates the options of the Redis store and the SQLite store.</summary>
internal sealed partial class StoreOptionsValidation : IValidateOptions<WsmqRedisOptions>, IValidateOptions<WsmqSqliteOptions>
{
    private const long LeastBytes = 1L << 20;
    private const long MostJournalBytes = 1L << 34;
    private const long MostBytes = 1L << 50;

    public ValidateOptionsResult Validate(string? name, WsmqRedisOptions options)
    {
        var rules = new OptionRules(nameof(WsmqRedisOptions));
        rules.Require(!string.IsNullOrWhiteSpace(options.Configuration), "options.Configuration must name a server, such as 'redis:6379'");
        foreach (var defect in RedisSettings.Defects(options.Configuration ?? string.Empty))
            rules.Require(false, defect);
        rules.Require(
            KeyPrefixes().IsMatch(options.KeyPrefix ?? string.Empty),
            "options.KeyPrefix must be 1 to 64 characters of a-z, A-Z, 0-9, '-', '_', '.' and ':'");
        rules.Within(options.Buckets ?? WsmqRedisOptions.UsualBuckets, 1, 16_384, "options.Buckets");
        rules.Within(options.InlineSignalBytes, 0, 1024 * 1024);
        rules.Within(options.SettleAfter, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        rules.Within(options.JournalBytes == 0 ? LeastBytes : options.JournalBytes, LeastBytes, MostJournalBytes, "options.JournalBytes");
        rules.Within(options.CommandTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        rules.Within(options.ReceiptReplicas, 0, 16);
        rules.Within(options.MemoryBytes ?? MostBytes, LeastBytes, MostBytes);
        rules.Within(options.ReplicaTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        rules.Within(options.ProbeInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        rules.Within(options.ProbeTimeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        return rules.Result;
    }

    public ValidateOptionsResult Validate(string? name, WsmqSqliteOptions options)
    {
        var rules = new OptionRules(nameof(WsmqSqliteOptions));
        if (SqlitePath.DefectOf(options.Path) is { } defect)
            rules.Require(false, $"options.Path {defect}");
        rules.Within(options.MaxBytes ?? MostBytes, LeastBytes, MostBytes);
        rules.Within(options.ReserveBytes, 0, 1L << 40);
        rules.Require(Enum.IsDefined(options.Durability), "options.Durability must be Full or Normal");
        return rules.Result;
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9\-_.:]{1,64}\z")]
    private static partial Regex KeyPrefixes();
}
