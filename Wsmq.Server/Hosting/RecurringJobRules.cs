using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Schedules;

namespace Wsmq.Server.Hosting;

/// <summary>Checks a recurring job when it is added.</summary>
internal static class RecurringJobRules
{
    private const int MostMissed = 1_000;

    /// <exception cref="ArgumentException">It is invalid; the text states the allowed values.</exception>
    public static void Check(string queue, string name, WsmqRecurringOptions options, IServiceCollection services)
    {
        Require(Encoding.UTF8.GetByteCount(name) <= RecurringJob.MaxNameBytes && !name.Any(char.IsControl), name, $"the name has 1 to {RecurringJob.MaxNameBytes} bytes, without control characters");
        Require(!string.IsNullOrEmpty(options.TimeZone), name, "TimeZone must name a time zone");
        Require(Enum.IsDefined(options.Missed), name, "Missed is not one of None, One, All");
        Require(options.MaxMissed is >= 1 and <= MostMissed, name, $"MaxMissed is {options.MaxMissed}; it must be from 1 to {MostMissed}");
        Require(
            !services.Any(s => s.ImplementationInstance is RecurringJob other && other.Queue == queue && other.Name == name), name,
            $"the queue '{queue}' has a recurring job of this name already");
    }

    private static void Require(bool condition, string name, string defect)
    {
        if (!condition)
            throw new ArgumentException($"The recurring job '{name}' is invalid: {defect}.");
    }
}
