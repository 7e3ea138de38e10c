using Devices;
using Wsmq;

// dotnet run -- ID [URL of the server]
var id = args[0];
var server = new Uri(args.Length > 1 ? args[1] : "http://localhost:5091");
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

using var http = new HttpClient { BaseAddress = server };
var device = new Device();
await using var client = new WsmqClient(new Uri(server, "/wsmq"), o => o.AccessTokenProvider = async cancellationToken =>
{
    // A real device proves who it is, with a certificate for example.
    using var answer = await http.PostAsync(new Uri($"/tokens/devices/{Uri.EscapeDataString(id)}", UriKind.Relative), null, cancellationToken);
    answer.EnsureSuccessStatusCode();
    return await answer.Content.ReadAsStringAsync(cancellationToken);
});

// Commands: what is returned is the answer. Nobody gets one that was made while the device was away.
client.OnRequest<Measure, Reading>((_, _) => Task.FromResult(device.Measure()));
client.OnRequest<SetTarget, Target>((command, _) => Task.FromResult(device.SetTarget(command.Body.Celsius)));
client.OnRequest<Calibrate, Reading>((command, nobodyWaits) => device.CalibrateAsync(command.Body.Seconds, nobodyWaits));

// Messages: those of the time without a connection arrive as well, in order.
client.On<Configuration>((message, _) => device.ConfigureAsync(message.Body, message.IsState));
client.On<Notice>((message, _) => Console.Out.WriteLineAsync($"notice: {message.Body.Text}"));
client.Gap += (_, gap) => Console.WriteLine($"missed: {gap.Reason}");
client.StateChanged += (_, change) => Console.WriteLine($"{id}: {change.Current}");

try
{
    await client.StartAsync(stop.Token);
    while (true)
    {
        await ReportAsync();
        await Task.Delay(device.ReportEvery, stop.Token);
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    // Ctrl+C.
}

async Task ReportAsync()
{
    try
    {
        // Readings of one device are handled in order; a reading that nobody has handled for an hour is not worth it any more.
        await client.SendAsync(
            WsmqAddress.Work("telemetry"), device.Measure(), new WsmqSendOptions { Key = id, TimeToLive = TimeSpan.FromHours(1) }, stop.Token);
    }
    catch (WsmqException e)
    {
        // No connection for longer than SendTimeout, for example. The next reading is as good.
        Console.WriteLine($"not reported: {e.Error.Code}");
    }
}
