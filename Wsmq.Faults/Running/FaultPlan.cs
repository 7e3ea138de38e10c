using Wsmq.Faults.Injected;

namespace Wsmq.Faults.Running;

/// <summary>One injection: its start relative to the load, its duration, and the seed of its random choices.</summary>
internal sealed record PlannedFault(Fault Fault, TimeSpan At, TimeSpan Length, int Seed);

/// <summary>Plans which faults are injected when. The same seed gives the same plan.</summary>
internal static class FaultPlan
{
    // The share of faults that overlap the previous one.
    private const double Overlap = 0.3;

    /// <param name="faults">The kinds of faults. Each is used once before any is repeated.</param>
    /// <param name="skip">How many of them other seeds have used, so that the seeds together use all.</param>
    /// <param name="random">Created with the seed.</param>
    /// <param name="load">The duration of the load.</param>
    /// <param name="timings">The durations of faults.</param>
    public static List<PlannedFault> Make(IReadOnlyList<Fault> faults, int skip, Random random, TimeSpan load, Timings timings)
    {
        List<PlannedFault> plan = [];
        var at = TimeSpan.FromSeconds(1);
        for (var i = 0; ; i++)
        {
            var fault = faults[(skip + i) % faults.Count];
            var longest = fault.LengthOf(timings);
            var length = longest * (0.5 + (random.NextDouble() / 2));

            // At least one fault, however short the run.
            if (i > 0 && at + length > load)
                return plan;
            plan.Add(new PlannedFault(fault, at, length, random.Next()));
            at += random.NextDouble() < Overlap ? length * random.NextDouble() : length + (timings.Fault * random.NextDouble() / 2);
        }
    }
}
