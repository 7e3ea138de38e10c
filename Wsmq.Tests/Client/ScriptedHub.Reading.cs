using System.Text.Json;

namespace Wsmq.Tests.Client;

/// <content>What a connection gets of its sources.</content>
public sealed partial class ScriptedHub
{
    public Task SetFilter(string source, WsmqFilter? filter) =>
        script.ReadAsync($"SetFilter {source} {JsonSerializer.Serialize(filter)}");

    public Task PauseReading(string source) => script.ReadAsync($"PauseReading {source}");

    public Task ResumeReading(string source) => script.ReadAsync($"ResumeReading {source}");

    public Task BeginReading() => script.ReadAsync("BeginReading");
}
