using System.Globalization;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>The environment variables of the command that handles a job.</summary>
internal static class JobEnvironment
{
    private const string Prefix = "WSMQ_JOB_";
    private const string HeaderPrefix = "WSMQ_HEADER_";
    private const string Token = "WSMQ_TOKEN";

    /// <summary>Names and values; a value that no process can have in its environment is left out.</summary>
    public static IEnumerable<(string Name, string Value)> Of(WsmqJob job) => All(job).Where(v => !v.Value.Contains('\0', StringComparison.Ordinal));

    /// <summary>The command needs no access to the server.</summary>
    public static void RemoveCredentials(IDictionary<string, string?> environment) => environment.Remove(Token);

    private static IEnumerable<(string Name, string Value)> All(WsmqJob job)
    {
        yield return (Prefix + "QUEUE", job.Queue.ToString());
        yield return (Prefix + "POSITION", job.Position.ToString());
        yield return (Prefix + "ID", job.Id);
        yield return (Prefix + "ATTEMPT", job.Attempt.ToString(CultureInfo.InvariantCulture));
        yield return (Prefix + "LOST_LEASES", job.LostLeases.ToString(CultureInfo.InvariantCulture));
        yield return (Prefix + "TYPE", job.Type ?? "");
        yield return (Prefix + "SENDER", job.Sender ?? "");
        yield return (Prefix + "CONTENT_TYPE", job.Message.ContentType ?? "");
        yield return (Prefix + "CORRELATION_ID", job.CorrelationId ?? "");
        yield return (Prefix + "REPLY_TO", job.ReplyTo?.ToString() ?? "");
        foreach (var (name, value) in job.Headers)
            yield return (HeaderPrefix + NameOf(name), value);
    }

    // Only letters and digits: a sender must not choose other variables.
    private static string NameOf(string header) => string.Concat(header.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
