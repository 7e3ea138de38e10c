using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// The Lua scripts, one file per operation. The comments at the top of a file state its keys and arguments, and two more lines that are
/// read here: <c>-- uses: a, b</c>, the files whose functions it calls, and <c>-- flags: allow-oom</c>.
/// </summary>
internal static class RedisScript
{
    private const string Uses = "-- uses: ";

    // Scripts that free memory or only move a cursor must run when the memory is full: otherwise nothing could be consumed. The same goes
    // for revocations, and for the accounts of what was removed. A replica refuses a script with this flag, even if it only reads.
    private const string AllowOom = "-- flags: allow-oom";

    // Before the scripts, which are added to it. By reference: a lookup must not hash a text.
    private static readonly Dictionary<object, byte[]> Hashes = new(ReferenceEqualityComparer.Instance);

    public static readonly string AccessRead = Load("access_read");
    public static readonly string AccessWrite = Load("access_write");
    public static readonly string Ack = Load("ack");
    public static readonly string ActiveForget = Load("active_forget");
    public static readonly string Append = Load("append");
    public static readonly string Clear = Load("clear");
    public static readonly string Cleared = Load("cleared");
    public static readonly string Confirm = Load("confirm");
    public static readonly string DeadDelete = Load("dead_delete");
    public static readonly string DeadFind = Load("dead_find");
    public static readonly string DeadList = Load("dead_list");
    public static readonly string DeadScan = Load("dead_scan");
    public static readonly string Declare = Load("declare");
    public static readonly string DelayedCancel = Load("delayed_cancel");
    public static readonly string DelayedDue = Load("delayed_due");
    public static readonly string DelayedList = Load("delayed_list");
    public static readonly string Devices = Load("devices");
    public static readonly string Expire = Load("expire");
    public static readonly string Figures = Load("figures");
    public static readonly string Forget = Load("forget");
    public static readonly string ForgetInGroup = Load("forget_in_group");
    public static readonly string Heads = Load("heads");
    public static readonly string Index = Load("index");
    public static readonly string Interest = Load("interest_set");
    public static readonly string JobAppend = Load("job_append");
    public static readonly string JobExtend = Load("job_extend");
    public static readonly string JobInfo = Load("job_info");
    public static readonly string JobList = Load("job_list");
    public static readonly string JobPause = Load("job_pause");
    public static readonly string JobRead = Load("job_read");
    public static readonly string JobReclaim = Load("job_reclaim");
    public static readonly string JobRedrive = Load("job_redrive");
    public static readonly string JobRemove = Load("job_remove");
    public static readonly string JobSettle = Load("job_settle");
    public static readonly string JobTake = Load("job_take");
    public static readonly string JobUnique = Load("job_unique");
    public static readonly string Join = Load("join");
    public static readonly string JournalTrim = Load("journal_trim");
    public static readonly string Leave = Load("leave");
    public static readonly string Members = Load("members");
    public static readonly string Nack = Load("nack");
    public static readonly string NodesAnswer = Load("nodes_answer");
    public static readonly string NodesAsk = Load("nodes_ask");
    public static readonly string NodesRenew = Load("nodes_renew");
    public static readonly string OpenGroup = Load("open_group");
    public static readonly string OpenUser = Load("open_user");
    public static readonly string Permissions = Load("permissions");
    public static readonly string Read = Load("read");
    public static readonly string Responders = Load("responders");
    public static readonly string RunList = Load("run_list");
    public static readonly string RunRead = Load("run_read");
    public static readonly string RunReplace = Load("run_replace");
    public static readonly string ScheduleAdvance = Load("schedule_advance");
    public static readonly string Settle = Load("settle");
    public static readonly string StateRead = Load("state_read");
    public static readonly string States = Load("states");
    public static readonly string TrackDelivered = Load("track_delivered");
    public static readonly string TrackRead = Load("track_read");
    public static readonly string UnacknowledgedBegin = Load("unacknowledged_begin");
    public static readonly string UnacknowledgedReach = Load("unacknowledged_reach");
    public static readonly string UnacknowledgedSettle = Load("unacknowledged_settle");
    public static readonly string UnacknowledgedTake = Load("unacknowledged_take");
    public static readonly string UsageAdd = Load("usage_add");
    public static readonly string UsageChange = Load("usage_change");
    public static readonly string UsageRelease = Load("usage_release");

    /// <summary>The SHA-1 by which Redis knows a script.</summary>
    /// <param name="script">One of the fields of this class.</param>
    public static byte[] HashOf(string script) => Hashes[script];

    private static string Load(string name)
    {
        var text = new StringBuilder(LinesOf(name).Contains(AllowOom) ? "#!lua flags=allow-oom\n" : string.Empty);
        AppendFile(text, name, []);
        var script = text.ToString();
        Hashes.Add(script, Hash(script));
        return script;
    }

#pragma warning disable CA5350 // Redis names scripts by their SHA-1.
    private static byte[] Hash(string script) => SHA1.HashData(Encoding.UTF8.GetBytes(script));
#pragma warning restore CA5350

    // Each file once, after those that it uses. Without comments and indentation: Redis hashes the text of an EVAL.
    private static void AppendFile(StringBuilder text, string name, HashSet<string> included)
    {
        if (!included.Add(name))
            return;
        var lines = LinesOf(name);
        foreach (var used in lines.Where(l => l.StartsWith(Uses, StringComparison.Ordinal)).SelectMany(l => l[Uses.Length..].Split(", ")))
            AppendFile(text, used, included);
        foreach (var line in lines.Where(l => !l.StartsWith("--", StringComparison.Ordinal)))
            text.Append(line).Append('\n');
    }

    private static string[] LinesOf(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}
