using Wsmq.Faults.Injected;

namespace Wsmq.Faults.Running;

/// <summary>One injection: when it begins after the load, how long it lasts, and the seed of all that it leaves to chance.</summary>
internal sealed record PlannedFault(Fault Fault, TimeSpan At, TimeSpan Length, int Seed);

/// <summary>Which faults happen when. The same seed gives the same plan.</summary>
internal static class FaultPlan
{
    // Some faults overlap the one before.
    private const double Overlap = 0.3;

    /// <param name="faults">The kinds; all of them come before one comes again.</param>
    /// <param name="skip">How many of them other seeds have had: together they get through all.</param>
    /// <param name="random">Sown with the seed.</param>
    /// <param name="load">How long there is load.</param>
    /// <param name="timings">How long faults last.</param>
    public static List<PlannedFault> Make(IReadOnlyList<Fault> faults, int skip, Random random, TimeSpan load, Timings timings)
    {
        List<PlannedFault> plan = [];
        var at = TimeSpan.FromSeconds(1);
        for (var i = 0; ; i++)
        {
            var fault = faults[(skip + i) % faults.Count];
            var longest = fault.LengthOf(timings);
            var length = longest * (0.5 + (random.NextDouble() / 2));

            // At least one, however short the run.
            if (i > 0 && at + length > load)
                return plan;
            plan.Add(new PlannedFault(fault, at, length, random.Next()));
            at += random.NextDouble() < Overlap ? length * random.NextDouble() : length + (timings.Fault * random.NextDouble() / 2);
        }
    }
}
