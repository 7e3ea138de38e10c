using Microsoft.Extensions.Options;
using Wsmq.Server.Publishing;

namespace Wsmq.Server.Hosting;

/// <summary>Validates the options of workers when the app starts.</summary>
internal sealed class WorkerOptionsValidation : IValidateOptions<WsmqWorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, WsmqWorkerOptions options)
    {
        var rules = new OptionRules(nameof(WsmqWorkerOptions)) { Scope = $"worker of {name}: " };
        rules.Within(options.Concurrency, 1, 1_000);
        rules.Within(options.StopTimeout, TimeSpan.Zero, TimeSpan.FromDays(1));
        rules.Within(options.UnknownTypeDelay, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        rules.Within(options.UnknownTypeTimeout, TimeSpan.Zero, TimeSpan.FromDays(365));
        if (options.Name is not null && MessageRules.DefectOf(options.Name) is { } defect)
            rules.Require(false, $"Name {defect}");
        return rules.Result;
    }
}
