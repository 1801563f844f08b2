using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace VideoGrain.Orchestrator.Persistence.Migrations;

/// <summary>Version 1 of the tables. No column names a provider's type: each provider maps the CLR types its own way.</summary>
[DbContext(typeof(JobsDbContext))]
[Migration("20261122000000_InitialTables")]
internal sealed class InitialTables : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        var collation = migrationBuilder.TextCollation();
        CreateJobs(migrationBuilder, collation);
        CreateJobParts(migrationBuilder, collation);
        CreateCache(migrationBuilder, collation);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var table in (string[])["cache_artifacts", "cache_entries", "job_labels", "job_stage_runs", "job_artifacts", "job_events", "jobs"])
            migrationBuilder.DropTable(table);
    }

    private static void CreateJobs(MigrationBuilder migrationBuilder, string? collation)
    {
        migrationBuilder.CreateTable(
            "jobs",
            table => new
            {
                Id = table.Column<string>(maxLength: JobsDbContext.IdLength, collation: collation),
                Attempts = table.Column<int>(),
                Caller = table.Column<string>(maxLength: JobsDbContext.NameLength, collation: collation),
                ExpiresAt = table.Column<long>(nullable: true),
                Failure = table.Column<byte[]>(nullable: true),
                FencingToken = table.Column<long>(),
                Fingerprint = table.Column<string>(maxLength: JobsDbContext.DigestLength, collation: collation),
                FinishedAt = table.Column<long>(nullable: true),
                FruitlessAttempts = table.Column<int>(),
                LastSequence = table.Column<long>(),
                LeaseExpiresAt = table.Column<long>(nullable: true),
                LeaseOwner = table.Column<string>(maxLength: JobsDbContext.NameLength, nullable: true, collation: collation),
                Progress = table.Column<byte[]>(nullable: true),
                QueueDeadline = table.Column<long>(nullable: true),
                QueueTag = table.Column<long>(),
                RequestId = table.Column<string>(maxLength: JobsDbContext.NameLength, nullable: true, collation: collation),
                Source = table.Column<string>(maxLength: JobsDbContext.DigestLength, collation: collation),
                Specification = table.Column<byte[]>(),
                StartedAt = table.Column<long>(nullable: true),
                State = table.Column<int>(),
                StateSince = table.Column<long>(),
                SubmittedAt = table.Column<long>(),
                Version = table.Column<long>(),
                Warnings = table.Column<string>(collation: collation),
                Clip_Frames = table.Column<int>(),
                Clip_FramesPerSecond = table.Column<double>(),
                Clip_Height = table.Column<int>(),
                Clip_Width = table.Column<int>(),
            },
            constraints: table => table.PrimaryKey("PK_jobs", row => row.Id));
        migrationBuilder.CreateIndex("IX_jobs_Caller_RequestId", "jobs", ["Caller", "RequestId"], unique: true);
        migrationBuilder.CreateIndex("IX_jobs_Caller_State_QueueTag", "jobs", ["Caller", "State", "QueueTag"]);
        migrationBuilder.CreateIndex("IX_jobs_Caller_SubmittedAt_Id", "jobs", ["Caller", "SubmittedAt", "Id"]);
        migrationBuilder.CreateIndex("IX_jobs_ExpiresAt", "jobs", "ExpiresAt");
        migrationBuilder.CreateIndex("IX_jobs_Source", "jobs", "Source");
        migrationBuilder.CreateIndex("IX_jobs_State_QueueTag_Id", "jobs", ["State", "QueueTag", "Id"]);
    }

    private static void CreateJobParts(MigrationBuilder migrationBuilder, string? collation)
    {
        migrationBuilder.CreateTable(
            "job_artifacts",
            table => new
            {
                JobId = table.Column<string>(maxLength: JobsDbContext.IdLength, collation: collation),
                Name = table.Column<string>(maxLength: JobsDbContext.NameLength, collation: collation),
                CreatedAt = table.Column<long>(),
                Digest = table.Column<string>(maxLength: JobsDbContext.DigestLength, collation: collation),
                Kind = table.Column<int>(),
                Length = table.Column<long>(),
                MediaType = table.Column<string>(maxLength: JobsDbContext.NameLength, collation: collation),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_job_artifacts", row => new { row.JobId, row.Name });
                table.ForeignKey("FK_job_artifacts_jobs_JobId", row => row.JobId, "jobs", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_job_artifacts_Digest", "job_artifacts", "Digest");

        migrationBuilder.CreateTable(
            "job_events",
            table => new
            {
                JobId = table.Column<string>(maxLength: JobsDbContext.IdLength, collation: collation),
                Sequence = table.Column<long>(),
                At = table.Column<long>(),
                Kind = table.Column<int>(),
                Payload = table.Column<byte[]>(),
                State = table.Column<int>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_job_events", row => new { row.JobId, row.Sequence });
                table.ForeignKey("FK_job_events_jobs_JobId", row => row.JobId, "jobs", "Id", onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            "job_labels",
            table => new
            {
                JobId = table.Column<string>(maxLength: JobsDbContext.IdLength, collation: collation),
                Key = table.Column<string>(maxLength: JobsDbContext.NameLength, collation: collation),
                Value = table.Column<string>(maxLength: JobsDbContext.NameLength, collation: collation),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_job_labels", row => new { row.JobId, row.Key });
                table.ForeignKey("FK_job_labels_jobs_JobId", row => row.JobId, "jobs", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_job_labels_Key_Value", "job_labels", ["Key", "Value"]);

        migrationBuilder.CreateTable(
            "job_stage_runs",
            table => new
            {
                JobId = table.Column<string>(maxLength: JobsDbContext.IdLength, collation: collation),
                Stage = table.Column<int>(),
                Cached = table.Column<bool>(),
                Duration = table.Column<long>(),
                Retries = table.Column<int>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_job_stage_runs", row => new { row.JobId, row.Stage });
                table.ForeignKey("FK_job_stage_runs_jobs_JobId", row => row.JobId, "jobs", "Id", onDelete: ReferentialAction.Cascade);
            });
    }

    private static void CreateCache(MigrationBuilder migrationBuilder, string? collation)
    {
        migrationBuilder.CreateTable(
            "cache_entries",
            table => new
            {
                Key = table.Column<string>(maxLength: JobsDbContext.DigestLength, collation: collation),
                Kind = table.Column<string>(maxLength: JobsDbContext.IdLength, collation: collation),
                LastUsedAt = table.Column<long>(),
                Length = table.Column<long>(),
                Source = table.Column<string>(maxLength: JobsDbContext.DigestLength, collation: collation),
            },
            constraints: table => table.PrimaryKey("PK_cache_entries", row => row.Key));
        migrationBuilder.CreateIndex("IX_cache_entries_LastUsedAt", "cache_entries", "LastUsedAt");
        migrationBuilder.CreateIndex("IX_cache_entries_Source", "cache_entries", "Source");

        migrationBuilder.CreateTable(
            "cache_artifacts",
            table => new
            {
                Key = table.Column<string>(maxLength: JobsDbContext.DigestLength, collation: collation),
                Name = table.Column<string>(maxLength: JobsDbContext.NameLength, collation: collation),
                Digest = table.Column<string>(maxLength: JobsDbContext.DigestLength, collation: collation),
                Length = table.Column<long>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_cache_artifacts", row => new { row.Key, row.Name });
                table.ForeignKey("FK_cache_artifacts_cache_entries_Key", row => row.Key, "cache_entries", "Key", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_cache_artifacts_Digest", "cache_artifacts", "Digest");
    }
}
