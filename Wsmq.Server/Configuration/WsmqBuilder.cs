using Microsoft.Extensions.DependencyInjection;

namespace Wsmq;

/// <summary>Chooses the store: returned by <c>AddWsmq</c>.</summary>
public sealed class WsmqBuilder
{
    internal WsmqBuilder(IServiceCollection services) => Services = services;

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; }
}
