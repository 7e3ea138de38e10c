namespace Wsmq.Host.Configuration;

/// <summary>Sets the members of the groups that the configuration names. Starts after the store.</summary>
internal sealed class ConfiguredGroups(HostSettings settings, IWsmqGroups groups) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (group, wanted) in settings.Groups)
        {
            var present = await groups.ListMembersAsync(group, cancellationToken);
            foreach (var user in wanted.Except(present, StringComparer.Ordinal))
                await groups.AddToGroupAsync(user, group, cancellationToken);
            foreach (var user in present.Except(wanted, StringComparer.Ordinal))
                await groups.RemoveFromGroupAsync(user, group, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
