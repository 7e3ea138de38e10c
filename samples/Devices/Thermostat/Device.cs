using Devices;
using Wsmq;

/// <summary>Stands for the hardware.</summary>
internal sealed class Device
{
    private const double Coldest = 5;
    private const double Warmest = 30;
    private double _target = 20;

    /// <summary>The time between two readings.</summary>
    public TimeSpan ReportEvery { get; private set; } = TimeSpan.FromSeconds(5);

    public Reading Measure() => new(_target - 0.5);

    public Target SetTarget(double celsius)
    {
        // The requester gets code and text. Of any other exception it learns only that there was one.
        if (celsius is < Coldest or > Warmest)
            throw new WsmqRequestException("out-of-range", $"{Coldest} to {Warmest} degrees");
        _target = celsius;
        return new Target(celsius);
    }

    public async Task<Reading> CalibrateAsync(double seconds, CancellationToken nobodyWaits)
    {
        Console.WriteLine("calibrating");
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), nobodyWaits);
            return Measure();
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("calibration stopped: nobody waits");
            throw;
        }
    }

    public Task ConfigureAsync(Configuration configuration, bool isState)
    {
        (_target, ReportEvery) = (configuration.Celsius, TimeSpan.FromSeconds(configuration.ReportEverySeconds));
        return Console.Out.WriteLineAsync($"configuration: {configuration.Celsius} degrees{(isState ? ", the newest of those that were missed" : "")}");
    }
}
