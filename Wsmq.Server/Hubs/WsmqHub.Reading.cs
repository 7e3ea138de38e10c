using Wsmq.Server.Hubs;

namespace Wsmq;

/// <content>What a connection gets of its sources.</content>
public sealed partial class WsmqHub
{
    /// <inheritdoc cref="IWsmqHub.SetFilter"/>
    public Task SetFilter(WsmqTextArgument source, WsmqObjectArgument<WsmqFilter> filter) =>
        _reads.Reading.SetFilterAsync(Begin(), source.Value, () => filter.Value);

    /// <inheritdoc cref="IWsmqHub.PauseReading"/>
    public Task PauseReading(WsmqTextArgument source) => _reads.Reading.PauseAsync(Begin(), source.Value, paused: true);

    /// <inheritdoc cref="IWsmqHub.ResumeReading"/>
    public Task ResumeReading(WsmqTextArgument source) => _reads.Reading.PauseAsync(Begin(), source.Value, paused: false);

    /// <inheritdoc cref="IWsmqHub.BeginReading"/>
    public Task BeginReading() => ClientReading.BeginAsync(Begin());
}
