using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

// The sample that commands devices, with the device in .NET; the one in JavaScript is tested in devices.test.js.
public sealed partial class SampleTests
{
    private const string Thermostat = "samples/Devices/Thermostat";

    [Fact]
    public async Task Devices_answer_commands_or_refuse_them_or_are_not_there_or_too_slow_or_lost()
    {
        using var http = await OperatorAsync();
        (await CommandAsync(http, "hall", "measure")).Should().Be("503 no-responder", "nothing waits for a device that is not there");
        await using var device = await DeviceAsync("hall");
        await MeasuresAsync(http, "hall", 19.5);

        (await CommandAsync(http, "hall", "set-target", new { celsius = 22 })).Should().Be("""200 {"celsius":22}""");
        (await CommandAsync(http, "hall", "measure")).Should().Be("""200 {"celsius":21.5}""");
        (await CommandAsync(http, "hall", "set-target", new { celsius = 50 })).Should().Be("502 request-failed out-of-range: 5 to 30 degrees");
        (await CommandAsync(http, "hall", "calibrate?timeoutMs=300", new { seconds = 600 })).Should().Be("504 request-timeout");
        await Eventually.That("the device stops", () => device.Output.Contains("calibration stopped: nobody waits"));
        (await CommandAsync(http, "hall", "set-target", new { })).Should().Be("400 invalid-body");
        (await CommandAsync(http, "hall", "measure?timeoutMs=-1")).Should().Be("400 invalid-message");
        (await CommandAsync(http, "hall", "explode")).Should().Be("404 unknown-command");

        var running = CommandAsync(http, "hall", "calibrate?timeoutMs=240000", new { seconds = 600 });
        await Eventually.That("it works on the command", () => device.Output.Count(line => line == "calibrating") == 2);
        await device.KillAsync();
        (await running).Should().Be("502 request-failed responder-lost: it may have been handled");
        (await CommandAsync(http, "hall", "measure")).Should().Be("503 no-responder");
    }

    [Fact]
    public async Task Devices_report_readings_of_their_own_and_are_seen()
    {
        using var http = await OperatorAsync();
        await using (await DeviceAsync("attic"))
        {
            await Eventually.That("a reading arrives", async () => (await StateAsync()).GetProperty("reading").ValueKind is JsonValueKind.Object);
            (await StateAsync()).GetProperty("reading").GetProperty("celsius").GetDouble().Should().Be(19.5);
            (await StateAsync()).GetProperty("status").GetString().Should().Be("online");
        }

        await Eventually.That("it is offline", async () => (await StateAsync()).GetProperty("status").GetString() == "offline");
        (await StateAsync()).GetProperty("lastSeen").ValueKind.Should().Be(JsonValueKind.String);
        using var nobody = new HttpClient { BaseAddress = Root };
        (await nobody.GetAsync(new Uri("devices/attic", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        async Task<JsonElement> StateAsync() => await http.GetFromJsonAsync<JsonElement>(new Uri("devices/attic", UriKind.Relative));
    }

    [Fact]
    public async Task Devices_that_come_back_get_what_still_counts_and_their_newest_configuration_also_if_much_was_missed()
    {
        using var http = await OperatorAsync("--Devices:MaxWaiting", "4");
        await ConfigureAsync(10);
        await using (var first = await DeviceAsync("cellar"))
        {
            await Eventually.That("it is configured", () => first.Output.Contains("configuration: 10 degrees"));
            await StopAsync(first);
        }

        await ConfigureAsync(11);
        await NoticeAsync("too late", 1);
        await NoticeAsync("filter is due", 600_000);
        await using (var back = await DeviceAsync("cellar"))
        {
            await Eventually.That("the notice arrives", () => back.Output.Contains("notice: filter is due"));
            back.Output.Should().Contain("configuration: 11 degrees").And.NotContain(line => line.Contains("too late", StringComparison.Ordinal));
            await MeasuresAsync(http, "cellar", 10.5);
            await StopAsync(back);
        }

        foreach (var celsius in new[] { 12, 13, 14 })
            await ConfigureAsync(celsius);
        foreach (var n in Enumerable.Range(1, 6))
            await NoticeAsync($"{n}", 600_000);
        await using var again = await DeviceAsync("cellar");
        await Eventually.That("the last notice arrives", () => again.Output.Contains("notice: 6"));
        again.Output.Where(line => line.StartsWith("configuration", StringComparison.Ordinal) || line.StartsWith("missed", StringComparison.Ordinal))
            .Should().Equal("configuration: 14 degrees, the newest of those that were missed", "missed: retention");
        await MeasuresAsync(http, "cellar", 13.5);

        // As Ctrl+C does: what the device has handled is acknowledged.
        static async Task StopAsync(ToolProcess device)
        {
            device.Interrupt();
            (await device.ExitCodeAsync()).Should().Be(0, device.Error);
        }

        async Task ConfigureAsync(int celsius)
        {
            using var answer = await http.PutAsJsonAsync(new Uri("devices/cellar/configuration", UriKind.Relative), new { celsius, reportEverySeconds = 1 });
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        async Task NoticeAsync(string text, int withinMs)
        {
            using var answer = await http.PostAsJsonAsync(new Uri($"devices/cellar/notices?withinMs={withinMs}", UriKind.Relative), new { text });
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Devices_reach_nothing_but_their_queue_and_operators_do_not_use_the_hub()
    {
        using var http = await OperatorAsync();
        using var issued = await http.PostAsync(new Uri("tokens/devices/hall", UriKind.Relative), null);
        var device = await ConnectAsync(Hub, "hall", With(await issued.Content.ReadAsStringAsync()));

        var sending = () => device.SendAsync("user:attic", 1);
        (await sending.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.SendNotAllowed);
        using var asDevice = new HttpClient { BaseAddress = Root };
        asDevice.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await issued.Content.ReadAsStringAsync());
        (await CommandAsync(asDevice, "attic", "measure")).Should().Be("403 ");

        var stranger = new TypedClient(Hub, "x", null, With(http.DefaultRequestHeaders.Authorization!.Parameter!));
        _clients.Add(stranger);
        var starting = () => stranger.Client.StartAsync();
        (await starting.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.ReadNotAllowed);
    }

    /// <summary>Starts the server, and signs in as an operator.</summary>
    private async Task<HttpClient> OperatorAsync(params string[] arguments)
    {
        await StartAsync("samples/Devices/DeviceServer", ["--Devices:Grace", "00:00:00.5", .. arguments]);
        var http = new HttpClient { BaseAddress = Root };
        using var issued = await http.PostAsync(new Uri("tokens/operators/olga", UriKind.Relative), null);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await issued.Content.ReadAsStringAsync());
        return http;
    }

    private async Task<ToolProcess> DeviceAsync(string id)
    {
        var device = ToolProcess.Start(Thermostat, new Dictionary<string, string>(), id, Root.ToString());
        await Eventually.That($"{id} is connected", () => device.HasExited || device.Output.Contains($"{id}: Connected"));
        device.HasExited.Should().BeFalse(device.Error);
        return device;
    }

    // The client offers to answer once it is connected: a command of the moment between finds nobody.
    private static async Task MeasuresAsync(HttpClient http, string device, double celsius)
    {
        string? answer = null;
        await Eventually.That($"{device} answers", async () => (answer = await CommandAsync(http, device, "measure")) != "503 no-responder");
        answer.Should().Be(FormattableString.Invariant($$"""200 {"celsius":{{celsius}}}"""));
    }

    /// <summary>Returns the status, and the reply or the codes of the problem.</summary>
    private static async Task<string> CommandAsync(HttpClient http, string device, string command, object? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var answer = await http.PostAsync(new Uri($"devices/{device}/commands/{command}", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode || text.Length == 0)
            return $"{(int)answer.StatusCode} {text}";
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        var code = $"{(int)answer.StatusCode} {problem.GetProperty("code").GetString()}";
        if (problem.GetProperty("deviceCode").GetString() is not { } deviceCode)
            return code;
        return problem.TryGetProperty("detail", out var detail) ? $"{code} {deviceCode}: {detail.GetString()}" : $"{code} {deviceCode}";
    }
}
