using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Wsmq;

namespace RsmqBridge;

/// <summary>Refuses a configuration that cannot work when the bridge starts, instead of moving its messages to dead-letter queues.</summary>
internal sealed partial class BridgeOptionsValidation(IOptions<WsmqOptions> wsmq) : IValidateOptions<BridgeOptions>
{
    public ValidateOptionsResult Validate(string? name, BridgeOptions options)
    {
        var failures = Bounds(options).Concat(options.Queues.SelectMany(q => Route(q.Key, q.Value, options))).ToList();
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Bounds(BridgeOptions options)
    {
        if (options.Queues.Count == 0)
            yield return "Bridge:Queues is empty: name the queues to read, and where their messages go.";
        if (!Namespaces().IsMatch(options.Namespace))
            yield return "Bridge:Namespace must not be empty, and has none of * ? [ ] \\ and no space.";
        if (options.BatchSize is < 1 or > 1_000)
            yield return "Bridge:BatchSize is 1 to 1,000.";
        if (options.BatchBytes < 1)
            yield return "Bridge:BatchBytes is at least 1.";
        if (options.Visibility < TimeSpan.FromSeconds(1) || options.Visibility > TimeSpan.FromDays(1))
            yield return "Bridge:Visibility is 1 second to 1 day.";
        if (options.PollInterval < TimeSpan.FromMilliseconds(10) || options.PollInterval > TimeSpan.FromHours(1))
            yield return "Bridge:PollInterval is 10 milliseconds to 1 hour.";
        if (options.MaxReceives is < 1 or > 1_000)
            yield return "Bridge:MaxReceives is 1 to 1,000.";
        if (options.Concurrency is < 1 or > 64)
            yield return "Bridge:Concurrency is 1 to 64.";
        if (!QueueNames().IsMatch(options.DeadLetterSuffix))
            yield return "Bridge:DeadLetterSuffix has 1 to 160 letters, digits, hyphens or underscores.";
    }

    private IEnumerable<string> Route(string queue, RouteOptions route, BridgeOptions options)
    {
        var key = $"Bridge:Queues:{queue}";
        var isPattern = queue.EndsWith('*');
        if (queue != "*" && !QueueNames().IsMatch(isPattern ? queue[..^1] : queue))
            yield return $"{key}: a queue of RSMQ has 1 to 160 letters, digits, hyphens or underscores; a * may stand at the end.";
        if (queue.Length + options.DeadLetterSuffix.Length > 160)
            yield return $"{key}: the name with Bridge:DeadLetterSuffix has more than 160 characters.";
        if (queue.EndsWith(options.DeadLetterSuffix, StringComparison.Ordinal))
            yield return $"{key}: the name ends with Bridge:DeadLetterSuffix, as dead-letter queues do. Change the suffix.";
        foreach (var (name, text) in new[] { (nameof(route.To), route.To), (nameof(route.Type), route.Type), (nameof(route.Key), route.Key) })
        {
            if (text is null)
                continue;
            if (Template.DefectOf(text) is { } defect)
                yield return $"{key}:{name}: {defect}";
            else if (Template.Parse(text) is { } template && (template.HasFields && route.Format != BodyFormat.Json || template.HasRest && !isPattern))
                yield return $"{key}:{name}: a field needs the format Json, and {{*}} a queue name that ends with *.";
        }

        if (Address(route.To) is { } refusal)
            yield return $"{key}:To: {refusal}";
    }

    private string? Address(string to)
    {
        if (to.Contains('{'))
            return null;
        try
        {
            var address = WsmqAddress.Parse(to);
            return address.Kind != WsmqAddressKind.Work || wsmq.Value.Queues.ContainsKey(address.Name)
                ? null
                : $"declare the work queue under Wsmq:Queues:{address.Name}, with the same options as on the other nodes.";
        }
        catch (WsmqException e)
        {
            return e.Message;
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,160}$")]
    private static partial Regex QueueNames();

    [GeneratedRegex(@"^[^*?\[\]\\\s]+$")]
    private static partial Regex Namespaces();
}
