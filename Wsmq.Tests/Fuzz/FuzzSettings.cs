using System.Globalization;

namespace Wsmq.Tests.Fuzz;

/// <summary>The number of rounds and the seed of the fuzz tests.</summary>
internal static class FuzzSettings
{
    /// <summary>Mutated wire cases for each store. <c>WSMQ_FUZZ_ROUNDS</c> overrides it.</summary>
    public static int Rounds { get; } = Number("WSMQ_FUZZ_ROUNDS") ?? 500;

    /// <summary>The same in every run, so that no run fails by chance. <c>WSMQ_FUZZ_SEED</c> overrides it.</summary>
    public static int Seed { get; } = Number("WSMQ_FUZZ_SEED") ?? 7_001;

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
