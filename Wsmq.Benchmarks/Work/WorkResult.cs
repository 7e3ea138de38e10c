using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Work;

/// <summary>The result of one peer in one round.</summary>
/// <param name="Seconds">From the first send to the last completion.</param>
/// <param name="Jobs">The jobs sent.</param>
/// <param name="Cpu">The CPU time meanwhile.</param>
/// <param name="Losses">Jobs that were never worked on, or twice. Their order is not compared: many are worked on at a time.</param>
/// <param name="StartHalf">Half of the jobs began within this time after they were due, ms.</param>
/// <param name="StartNinetyNine">99 of 100 jobs began within this time after they were due, ms.</param>
internal sealed record WorkResult(double Seconds, int Jobs, CpuSeconds Cpu, Losses Losses, double StartHalf, double StartNinetyNine)
{
    public double PerSecond => Jobs / Seconds;

    public double RedisMicrosPerJob => Cpu.Redis * 1e6 / Jobs;

    public CpuSeconds CpuPer100000 => Cpu.Per100000(Jobs);
}
