# One script for each job stands in bin/; people and CI call the same.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-long lint fmt bench lock check doctor demo

help:  ## 列出全部命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## 只做安装：系统组件、Python 依赖、密钥
	@bin/setup

run:  ## 启动门户（含演示数据）：http://127.0.0.1:8000；PORT=9000 换端口，DEMO=0 不装演示数据，Ctrl-C 停止
	@bin/run

test:  ## 运行全部测试；ARGS="-k ledger" 传给 pytest
	@bin/test $(ARGS)

test-long:  ## 总账长跑：十万步随机记账，与另一套实现逐项核对（约一小时）；SEED=、FROM= 从上次停下处继续
	@bin/test-long $(ARGS)

lint:  ## 检查格式、静态检查、类型、依赖方向、迁移、部署设置
	@bin/lint

fmt:  ## 整理代码和模板的格式
	@bin/fmt

bench:  ## 性能测量：打印表格并写入 var/bench/*.json；ARGS 传给测量程序
	@bin/bench $(ARGS)

lock:  ## 由 requirements/*.in 重新锁定版本和哈希；ARGS="--upgrade" 升级
	@bin/lock $(ARGS)

check:  ## 提交前：lint 加 test
	@.ci/run

doctor:  ## 检查设置、数据库、队列、字体、密钥、磁盘、时钟
	@bin/manage doctor

demo:  ## 在空库中装入演示数据
	@bin/manage load_demo
